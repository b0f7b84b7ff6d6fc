/** `TRUST_PROXY`: which proxies are believed when they say who asks. */
import { isIP } from 'node:net';

const NAMED_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** What is wrong with the list, as a sentence. */
export function proxiesComplaint(proxies: string): string | undefined {
  const wrong = proxies.split(',').find((proxy) => !isNetwork(proxy));
  if (wrong === undefined || /^\d{1,2}$/.test(proxies)) return undefined;
  return `TRUST_PROXY names "${wrong}", which is neither an address nor a network.`;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/', 2);
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
  return NAMED_NETWORKS.includes(text) || (prefix === undefined ? bits > 0 : Number(prefix) <= bits);
}

/** Whether to believe the proxy at an address, so many hops away. */
type TrustProxy = string[] | false | ((address: string, hop: number) => boolean);

export function proxiesOf(proxies: string | undefined): TrustProxy {
  if (proxies === undefined) return false;
  return /^\d+$/.test(proxies) ? (_address, hop) => hop < Number(proxies) : proxies.split(',');
}
