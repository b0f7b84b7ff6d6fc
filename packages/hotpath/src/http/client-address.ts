/**
 * The address of a client in one spelling. Proxies write an address with a port, in brackets, as IPv4 in IPv6, in
 * capitals, or with zeros: `203.0.113.7:4711`, `[2001:DB8::0:1]:443`, `::ffff:203.0.113.7`. All spellings of one
 * address are one client.
 */
import { isIP, SocketAddress } from 'node:net';

/**
 * undefined for a text that is not an address, such as `unknown`.
 * @param text undefined is the address of a connection that was over before Node.js asked for it, which Fastify's `ip` may be.
 */
export function canonicalAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (isIP(text) === 4) return text;
  const bare = withoutPort(text.trim().replace(/^"(.*)"$/, '$1'));
  if (isIP(bare) === 4) return bare;
  const address = bare.split('%', 1)[0]!;
  if (isIP(address) !== 6) return undefined;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(canonical)?.[1];
  return mapped ?? canonical;
}

function withoutPort(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  return bracketed ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text);
}
