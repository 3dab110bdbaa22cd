/** What the supervisor may ask of a bot, each answered by the part that can. */
import { assertNever } from '../contract/assert.ts';
import type { BotMethod, BotRequests } from '../contract/instance-api.ts';
import type { Bot } from './bot.ts';

/** Performs one command; rejects with a `GriddError` where the user must act. */
export async function performCommand(
  bot: Bot,
  method: BotMethod,
  params: unknown,
): Promise<unknown> {
  const { session, service } = bot;
  switch (method) {
    case 'stop':
      return session.stop(params as BotRequests['stop']['params']);
    case 'panic':
      return session.panic();
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
    default:
      return assertNever(method);
  }
}
