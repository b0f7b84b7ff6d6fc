import fc from 'fast-check';
import { canonicalAddress } from 'hotpath/http/client-address';
import { describe, expect, it } from 'vitest';

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:4711', '203.0.113.7'],
    [' "203.0.113.7" ', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['[::ffff:cb00:7107]:443', '203.0.113.7'],
    ['2001:DB8:0:0::0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['"[2001:db8::1]:4711"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['203.0.113.7:4711:1', undefined],
    ['[2001:db8::1', undefined],
    ['2001:db8::1:4711:x', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (text, address) => {
    expect(canonicalAddress(text)).toBe(address);
  });

  it('is the same in every spelling', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 0, max: 65_535 }), (text, port) => {
        const once = canonicalAddress(text)!;
        expect(canonicalAddress(`[${text.toUpperCase()}]:${port}`)).toBe(once);
        expect(canonicalAddress(once)).toBe(once);
      }),
    );
  });
});
