/**
 * The viewers that share an entry: those of one role with the same request, and the same subject if the subject
 * decides.
 */
import fc from 'fast-check';
import { askedBy, createQuestions, entryKey, remoteKeys } from 'hotpath/cache/key';
import { isWithin } from 'hotpath/cache/rollout';
import { describe, expect, it } from 'vitest';

const line = fc.string().filter((text) => !/[\r\n]/.test(text));
const questions = fc.record({ text: line, scope: fc.constantFrom('role' as const, 'subject' as const) });
const viewers = fc.record({ role: line, subject: line });

describe('a key', () => {
  it('is the same for two requests only if request and role are, and the subject if it decides', () => {
    fc.assert(
      fc.property(questions, questions, viewers, viewers, (one, other, viewer, stranger) => {
        const [first, second] = [
          entryKey({ ...one, tables: [] }, viewer),
          entryKey({ ...other, tables: [] }, stranger),
        ];
        const isSame =
          one.text === other.text &&
          one.scope === other.scope &&
          viewer.role === stranger.role &&
          (one.scope === 'role' || viewer.subject === stranger.subject);
        expect(first === second).toBe(isSame);
        expect(remoteKeys('n', first).entry === remoteKeys('n', second).entry).toBe(isSame);
      }),
      {
        examples: [
          [
            { text: '/a', scope: 'role' },
            { text: '/a', scope: 'subject' },
            { role: 'x', subject: '' },
            { role: 'x', subject: '' },
          ],
        ],
      },
    );
  });

  it('contains the request and its viewer', () => {
    fc.assert(
      fc.property(questions, viewers, (question, viewer) => {
        const { url, viewer: found } = askedBy(entryKey({ ...question, tables: [] }, viewer));
        expect([url, found.role]).toEqual([question.text, viewer.role]);
        expect(found.subject).toBe(question.scope === 'role' ? undefined : viewer.subject);
      }),
    );
  });

  it('is one in Redis with its lease, in one slot, and reveals nothing of its request', () => {
    const { entry, lease } = remoteKeys('n', '/v1/users/7\nuser\n7');
    expect(entry).toMatch(/^hotpath:n:\{[\w-]{43}\}$/);
    expect(lease).toBe(`${entry}:lease`);
  });
});

describe('a question', () => {
  const known = { scope: 'role', tables: [] } as const;
  const viewer = { role: 'user', subject: '7' };

  it('is remembered for its role alone, and is one whatever the order of its parameters', () => {
    const remembered = createQuestions();
    const { text } = remembered.add('/a?x=1&b=2', viewer, known);
    expect(remembered.known('/a?x=1&b=2', { role: 'user', subject: '8' })?.text).toBe(text);
    expect(remembered.known('/a?x=1&b=2', { role: 'admin', subject: '7' })).toBeUndefined();
    expect(remembered.add('/a?b=2&x=1', viewer, known).text).toBe(text);
    expect(remembered.add('/a?b=1&x=2', viewer, known).text).not.toBe(text);
    expect(remembered.add('/a?x=1#&b=2', viewer, known).text).toBe('/a?x=1#&b=2');
  });
});

describe('the rollout', () => {
  it('takes about its share, no viewer at 0, every viewer at 100, and drops none while it grows', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => String(index));
    const within = (percent: number) => names.filter((name) => isWithin(percent, name));
    expect([within(0).length, within(100).length]).toEqual([0, 10_000]);
    for (const [less, more] of [
      [1, 10],
      [10, 50],
      [50, 99],
    ] as const) {
      const [some, others] = [within(less), new Set(within(more))];
      expect(some.length / 100).toBeGreaterThan(less * 0.7);
      expect(some.length / 100).toBeLessThan(less * 1.3 + 0.5);
      expect(some.every((name) => others.has(name))).toBe(true);
    }
  });
});
