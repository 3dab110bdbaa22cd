/** What comes over the bot link, handed to the instance it is of; strangers are turned away. */
import type { Logger } from '../platform/logger.ts';
import type { AccountLimit } from './account-limit.ts';
import type { LinkOwner } from './bot-link.ts';
import type { FleetView } from './fleet-view.ts';
import type { Fleet } from './fleet.ts';
import { judgeHello, noteConnected, noteDisconnected, noteMessage } from './instance-line.ts';
import type { KeyBudgets } from './key-budgets.ts';
import { carryOutWish, judgeAdjust, takeAuditNote } from './page-wishes.ts';

/** The link's side of `fleet`; `view` hears of everything that a page may show. */
export function linkOwner(
  fleet: Fleet,
  budgets: KeyBudgets,
  limit: AccountLimit,
  log: Logger,
  view: Pick<FleetView, 'changed' | 'watched'>,
): LinkOwner {
  const find = (id: string) => fleet.instances.get(id);
  return {
    judge: (hello) => {
      const instance = find(hello.id);
      return instance === undefined ? 'no such instance is known' : judgeHello(instance, hello);
    },
    connected: (connection) => {
      const instance = find(connection.hello.id);
      if (instance !== undefined) noteConnected(instance, connection);
      connection.send({ type: 'watched', watched: view.watched });
      view.changed();
    },
    message: (connection, message) => {
      const instance = find(connection.hello.id);
      if (instance === undefined) return;
      noteMessage(instance, connection, message);
      const mine = instance.process?.connection === connection;
      if (mine && message.type === 'budget') budgets.report(connection, message);
      if (mine && message.type === 'wish') carryOutWish(instance, connection, message);
      if (mine && message.type === 'judge') {
        void judgeAdjust(limit, instance, connection, message);
      }
      if (mine && message.type === 'audit') takeAuditNote(instance, connection, message.note);
      view.changed();
    },
    disconnected: (connection) => {
      const instance = find(connection.hello.id);
      if (instance !== undefined) noteDisconnected(instance, connection);
      view.changed();
    },
    notice: (sentence) => log.warn(sentence),
  };
}
