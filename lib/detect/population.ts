import type { ParsedUrl } from '../url.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import type { Finding, ScopeView } from './finding.ts';

/** A scope as the rules see it: our own steps undone. */
export type Population = Omit<ScopeView, 'offByUs'> & {
  /** By place in the list: the mark of the webhook's URL, 0 where it has none that is HTTP. */
  marks: Int32Array;
};

/** A rule that needs to see one webhook alone: made ready for a population once, then pure. */
export type OneRule<Params> = (population: Population, params: Params) => (webhook: Webhook) => Finding | null;

/** A rule about the host alone of an endpoint's URL. It has nothing to say of a host that neither is `names` nor below them. */
export type HostRule<Params> = (population: Population, params: Params) => HostJudge;
export type HostJudge = {
  names: readonly string[];
  /** @param url null where it does not parse */
  judge: (webhook: Webhook, url: ParsedUrl | null) => Finding | null;
};

/** A rule that compares webhooks with one another: pure, findings by the webhook's place in the population. */
export type AllRule<Params> = (population: Population, params: Params) => Iterable<readonly [number, Finding]>;

export const populationOf = ({ offByUs, ...view }: ScopeView): Population => {
  const undone = (webhook: Webhook) => (offByUs.has(keyOf(webhook)) ? { ...webhook, enabled: true } : webhook);
  const webhooks = offByUs.size === 0 ? view.webhooks : view.webhooks.map(undone);
  return { ...view, webhooks, marks: new Int32Array(webhooks.length) };
};
