import { type ParsedUrl, parseUrl } from '../url.ts';
import { keyOf, type Webhook } from '../webhook.ts';
import type { Finding, ScopeView } from './finding.ts';

/** A scope as the rules see it: our own steps undone, each URL parsed once. */
export type Population = Omit<ScopeView, 'offByUs'> & {
  /** null where there is no URL or where it does not parse. */
  urlOf(webhook: Webhook): ParsedUrl | null;
};

/** One rule: pure, one pass, findings by webhook id. */
export type Rule<Params> = (population: Population, params: Params) => Iterable<readonly [string, Finding]>;

export const populationOf = ({ offByUs, ...view }: ScopeView): Population => {
  const parsed = new Map<string, ParsedUrl | null>();
  const urlOf = ({ url }: Webhook): ParsedUrl | null => {
    if (url === null) return null;
    const known = parsed.get(url);
    if (known !== undefined) return known;
    const fresh = parseUrl(url);
    parsed.set(url, fresh);
    return fresh;
  };
  const webhooks = view.webhooks.map((webhook) =>
    offByUs.has(keyOf(webhook)) ? { ...webhook, enabled: true } : webhook,
  );
  return { ...view, webhooks, urlOf };
};
