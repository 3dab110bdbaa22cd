/**
 * A server that answers orders as Backpack does and nothing else: it verifies each signature and says that the
 * order rests. What a client costs is seen against it, as it costs next to nothing itself. Prints its port.
 */
import { createPublicKey, verify } from 'node:crypto';
import http from 'node:http';

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const keys = new Map();

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const [status, body] = answer(request, Buffer.concat(parts).toString());
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

function answer({ method, url, headers }, body) {
  if (url === '/api/v1/time') return [200, String(Date.now())];
  if (method !== 'POST' || url !== '/api/v1/order') return [404, '{"code":"RESOURCE_NOT_FOUND"}'];
  const order = JSON.parse(body);
  const pairs = Object.keys(order)
    .sort()
    .map((name) => `${name}=${order[name]}`);
  const time = `timestamp=${headers['x-timestamp']}&window=${headers['x-window']}`;
  const text = `instruction=orderExecute&${pairs.join('&')}&${time}`;
  const signature = Buffer.from(headers['x-signature'] ?? '', 'base64');
  if (!verify(null, Buffer.from(text), keyOf(headers['x-api-key'] ?? ''), signature)) {
    return [400, '{"code":"INVALID_CLIENT_REQUEST","message":"Invalid signature"}'];
  }
  const rests = {
    ...{ id: '1', createdAt: Date.now(), executedQuantity: '0', executedQuoteQuantity: '0' },
    ...{ selfTradePrevention: 'RejectTaker', status: 'New', timeInForce: 'GTC', postOnly: true },
    ...order,
  };
  return [200, JSON.stringify(rests)];
}

function keyOf(apiKey) {
  const known = keys.get(apiKey);
  if (known !== undefined) return known;
  const der = Buffer.concat([SPKI, Buffer.from(apiKey, 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  keys.set(apiKey, key);
  return key;
}
