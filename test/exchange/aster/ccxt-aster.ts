/** ccxt's own Aster class: a signer that nobody here wrote. It is optional, and may be absent. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../../../node_modules/ccxt/js/src/aster.js', import.meta.url);

export const HAS_CCXT = existsSync(fileURLToPath(SOURCE));
if (!HAS_CCXT) console.log('ccxt is not installed: nothing is compared with it');

export interface CcxtRequest {
  readonly url: string;
  readonly method: string;
  readonly body: string | undefined;
}

export interface CcxtAster {
  sign(path: string, api: string, method: string, params: Record<string, unknown>): CcxtRequest;
  setMarkets(markets: object[]): void;
  createOrderRequest(...wish: unknown[]): Record<string, string>;
}

/** Its user is the owner of the private key, which signs for itself. */
export async function openCcxtAster(privateKey: string): Promise<CcxtAster> {
  const { default: Aster } = (await import(SOURCE.href)) as {
    default: new (options: object) => CcxtAster;
  };
  return new Aster({ privateKey, options: { builderFee: false } });
}
