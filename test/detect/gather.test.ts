import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Finding } from '../../lib/detect/finding.ts';
import { addAt, detected, type Gathered, withOthers } from '../../lib/detect/gather.ts';
import { markOf } from '../../lib/detect/marks.ts';
import { keyOf, type Webhook } from '../../lib/webhook.ts';
import { webhook } from './build.ts';

const finding = (evidence: string): Finding => ({ rule: 'test', confidence: 'high', evidence, proposes: true });
const byEvidence = (a: Finding, b: Finding) => (a.evidence < b.evidence ? -1 : 1);
const kept = ({ rule, confidence, evidence, proposes }: Finding): Finding => ({ rule, confidence, evidence, proposes });

/** As a person would say it: all that was found of one key, withdrawn where that key stands in the list twice. */
const naive = (webhooks: readonly Webhook[], all: readonly (readonly [number, Finding])[]) => {
  const keys = webhooks.map(keyOf);
  const of = (key: string): Finding[] => {
    const found = all.filter(([place]) => keys[place] === key).map(([, one]) => one);
    const twice = keys.filter((other) => other === key).length > 1;
    const told = '; the id stands in the list more than once, so nothing is proposed';
    return twice ? found.map((one) => ({ ...one, evidence: `${one.evidence}${told}`, proposes: false })) : found;
  };
  return keys.map((key) => of(key).toSorted(byEvidence));
};

const id = fc.oneof(fc.constantFrom('a', 'b', 'signing-secret a'), fc.nat(40).map(String));
const list = fc
  .array(fc.record({ id, kind: fc.constantFrom('endpoint', 'endpoint', 'signing-secret') }), { maxLength: 30 })
  .map((drawn) => drawn.map((over) => webhook(over.id, over)));
const drawnAt = fc.array(fc.nat(29), { maxLength: 20 });

it('gathers by place what belongs to each key', () => {
  fc.assert(
    fc.property(list, drawnAt, drawnAt, (webhooks, ones, others) => {
      const within = (places: readonly number[]) => places.filter((place) => place < webhooks.length);
      const alone = within(ones)
        .toSorted((a, b) => a - b)
        .map((place, at) => [place, finding(`one ${at}`)] as const);
      const compared = [...new Set(within(others))].map((place, at) => [place, finding(`other ${at}`)] as const);
      const gathered: Gathered = { places: [], found: [] };
      for (const [place, one] of alone) addAt(gathered, place, one);
      const marks = Int32Array.from(webhooks, (one) => markOf(keyOf(one)));
      const all = withOthers(gathered, new Map(compared.map(([place, one]) => [place, [one]])));
      const { places, found, get, has, size } = detected(webhooks, marks, all, byEvidence);
      const wanted = naive(webhooks, [...alone, ...compared]);
      const wantedPlaces = [...webhooks.keys()].filter((place) => wanted[place]?.length);
      expect(places).toEqual(wantedPlaces);
      expect(size).toBe(new Set(wantedPlaces.map((place) => keyOf(webhooks[place] as Webhook))).size);
      expect(found.map((findings) => findings.map(kept))).toEqual(wantedPlaces.map((place) => wanted[place]));
      for (const [place, one] of webhooks.entries()) {
        expect(get(keyOf(one)) ?? []).toEqual(wanted[place]);
        expect(has(keyOf(one))).toBe(wantedPlaces.includes(place));
      }
    }),
    { numRuns: 1000 },
  );
});
