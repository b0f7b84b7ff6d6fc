/** `TRUST_PROXY`: the proxies whose headers the service believes about the client's address. */
import { BlockList, isIP } from 'node:net';
import { canonicalAddress } from 'hotpath/edge';

const NAMED_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** The fault of the list, as a sentence. */
export function proxiesComplaint(proxies: string): string | undefined {
  const wrong = proxies.split(',').find((proxy) => !isNetwork(proxy));
  if (wrong === undefined || /^\d{1,2}$/.test(proxies)) return undefined;
  return `TRUST_PROXY names "${wrong}", which is neither an address nor a network.`;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/', 2);
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
  return Object.hasOwn(NAMED_NETWORKS, text) || (prefix === undefined ? bits > 0 : Number(prefix) <= bits);
}

/** Whether to believe the proxy at an address, with its distance in hops. */
type TrustProxy = false | ((address: string, hop: number) => boolean);

export function proxiesOf(proxies: string | undefined): TrustProxy {
  if (proxies === undefined) return false;
  if (/^\d+$/.test(proxies)) return (_address, hop) => hop < Number(proxies);
  const trusted = new BlockList();
  for (const network of proxies.split(',').flatMap((name) => NAMED_NETWORKS[name] ?? [name])) add(trusted, network);
  return (text) => {
    const address = canonicalAddress(text);
    return address !== undefined && trusted.check(address, familyOf(address));
  };
}

function add(trusted: BlockList, network: string): void {
  const [address = '', prefix] = network.split('/', 2);
  if (prefix === undefined) trusted.addAddress(address, familyOf(address));
  else trusted.addSubnet(address, Number(prefix), familyOf(address));
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6');
