/** What the supervisor asks of a bot, done: one answer a request, errors are `GriddError`s. */
import type { BotMethod, BotRequests } from '../contract/instance-api.ts';
import type { Bot } from './bot.ts';

/** Does what was asked; `leave`: the process is to end once the answer is out. */
export async function obey(
  bot: Bot,
  method: BotMethod,
  params: unknown,
  leave: (reason: string) => void,
): Promise<unknown> {
  const { session, service } = bot;
  switch (method) {
    case 'stop': {
      const receipt = await session.stop(params as BotRequests['stop']['params']);
      leave('stop command');
      return receipt;
    }
    case 'panic': {
      const receipt = await session.panic();
      leave('panic command');
      return receipt;
    }
    case 'close_carry':
      return service.closeCarry();
    case 'accept_position':
      return service.acceptPosition(params as BotRequests['accept_position']['params']);
    case 'pause':
      await service.pause();
      return { ok: true };
    case 'resume':
      return { ok: true, ...(await service.resume()) };
    case 'adjust': {
      const { request, key } = params as BotRequests['adjust']['params'];
      return service.adjust(request, key);
    }
    case 'reload':
      return bot.reload();
  }
}
