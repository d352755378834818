import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../lib/detect/finding.ts';
import { absenceAfter, nameToAsk, type Resolution } from '../../lib/detect/unresolvable.ts';
import { parseUrl } from '../../lib/url.ts';
import { ago, dayMs, findingsOf, now, proposed, webhook } from './build.ts';

const params = { scans: 3, apartMs: dayMs };
const rules = { unresolvable: params };
const host = 'hooks.shop-1.dev';
const absent = (...days: number[]): ReadonlyMap<string, Sighting> =>
  new Map([['1', { firstSeen: ago(300), absent: { host, at: days.map(ago) } }]]);

describe('the unresolvable rule', () => {
  it('proposes what did not exist in so many scans that lie far enough apart', () => {
    expect(proposed([webhook('1'), webhook('2')], rules, { sightings: absent(2, 1, 0) })).toEqual(['1']);
    expect(findingsOf([webhook('1')], rules, { sightings: absent(2, 1, 0) })['1']).toMatchObject([
      {
        rule: 'unresolvable',
        confidence: 'medium',
        proposes: true,
        evidence: expect.stringContaining('3 scans, 2026'),
      },
    ]);
  });

  it.each([
    ['fewer scans', absent(5, 0), '2 of 3 scans'],
    ['scans too close to each other', absent(1.5, 1, 0.5, 0), '2 of 3 scans'],
    ['one scan that has no store', absent(0), '1 of 3 scans'],
  ])('only says so after %s', (_what, sightings, says) => {
    const [finding] = findingsOf([webhook('1')], rules, { sightings })['1'] ?? [];
    expect(finding).toMatchObject({ proposes: false });
    expect(finding?.evidence).toContain(says);
    expect(finding?.evidence).toContain('proposed after 3 scans');
  });

  it('says nothing of another host than the one that was absent, of a secret, or without an absence', () => {
    const elsewhere = webhook('1', { url: 'https://elsewhere.shop-1.dev/in' });
    expect(findingsOf([elsewhere], rules, { sightings: absent(2, 1, 0) })).toEqual({});
    expect(findingsOf([webhook('1')], rules)).toEqual({});
    const secret = webhook('1', { kind: 'signing-secret' });
    expect(
      findingsOf([secret], rules, {
        sightings: new Map([...absent(2, 1, 0)].map(([, seen]) => ['signing-secret 1', seen])),
      }),
    ).toEqual({});
  });

  it('only reports where the provider may know names that we do not', () => {
    const changes = { sightings: absent(2, 1, 0), capabilities: { selfHosted: true } };
    expect(findingsOf([webhook('1')], rules, changes)['1']).toMatchObject([{ proposes: false, confidence: 'low' }]);
  });

  it('believes a delivery that arrived more than the DNS of this machine', () => {
    const signal = { lastSuccess: ago(0.5), lastAttempt: ago(0.5), failing: false };
    const changes = { sightings: absent(2, 1, 0), capabilities: { signals: true } };
    expect(proposed([webhook('1', { signal })], rules, changes)).toEqual([]);
    const older = { ...signal, lastSuccess: ago(3) };
    expect(proposed([webhook('1', { signal: older })], rules, changes)).toEqual(['1']);
  });

  it('is not saved by a delivery after we switched it off', () => {
    const signal = { lastSuccess: ago(0.2), lastAttempt: ago(0.2), failing: false };
    const quietUntil = new Map([['1', now - dayMs / 2]]);
    const changes = { sightings: absent(3, 2, 1), quietUntil, offByUs: new Set(['1']) };
    expect(proposed([webhook('1', { signal, enabled: false })], rules, changes)).toEqual(['1']);
  });
});

describe('a name to ask DNS for', () => {
  it.each([
    ['https://hooks.shop-1.dev/x', host],
    ['https://Hooks.Shop-1.dev./x', host],
    ['https://hook.eu.replit.app/x', 'hook.eu.replit.app'],
    ['https://127.0.0.1/', null],
    ['https://8.8.8.8/', null],
    ['https://[2606:4700::1]/', null],
    ['https://hooks.example.com/', null],
    ['https://db.corp.internal/', null],
    ['https://printer.local/', null],
    ['https://shop.test/', null],
    ['https://intranet/', null],
    ['https://a.loca.lt/', null],
    ['https://abc.oast.fun/', null],
    ['https://qa.stage.dev/', null],
    ['arn:aws:events:eu-west-1::event-source/x', null],
    ['not a url', null],
  ])('of %s is %s', (url, name) => {
    expect(nameToAsk(parseUrl(url), ['*.stage.dev'])).toBe(name);
  });
});

describe('the absences of a host', () => {
  const absencesAfter = (answers: readonly (readonly [number, Resolution])[], of = params): Sighting['absent'] =>
    answers.reduce<Sighting['absent']>(
      (known, [days, answer]) => absenceAfter(known, host, answer, now + days * dayMs, of),
      undefined,
    );

  it('are forgotten by one answer that it exists, and by another host', () => {
    expect(
      absencesAfter([
        [0, 'absent'],
        [1, 'absent'],
        [2, 'exists'],
      ]),
    ).toBeUndefined();
    expect(
      absencesAfter([
        [0, 'absent'],
        [1, 'exists'],
        [2, 'absent'],
      ])?.at,
    ).toHaveLength(1);
    const known = absencesAfter([
      [0, 'absent'],
      [1, 'absent'],
    ]);
    expect(absenceAfter(known, 'other.dev', 'absent', now + 2 * dayMs, params)).toMatchObject({
      host: 'other.dev',
      at: { length: 1 },
    });
  });

  it('stay as they are where the answer is none', () => {
    const known = absencesAfter([[0, 'absent']]);
    expect(absenceAfter(known, host, 'unknown', now + dayMs, params)).toEqual(known);
    expect(absenceAfter(undefined, host, 'unknown', now, params)).toBeUndefined();
  });

  it('are never more than asked for, nor closer, nor there after an answer that it exists', () => {
    const answer = fc.constantFrom<Resolution[]>('exists', 'absent', 'absent', 'unknown');
    const step = fc.tuple(fc.integer({ min: 0, max: 48 }), answer);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (steps, scans) => {
        let at = now;
        let known: Sighting['absent'];
        for (const [hours, said] of steps) {
          at += (hours * dayMs) / 24;
          known = absenceAfter(known, host, said, at, { scans, apartMs: dayMs });
          if (said === 'exists') expect(known).toBeUndefined();
          const times = (known?.at ?? []).map((time) => Date.parse(time));
          expect(times.length).toBeLessThanOrEqual(scans);
          for (const [index, time] of times.entries())
            if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(dayMs);
        }
      }),
    );
  });
});
