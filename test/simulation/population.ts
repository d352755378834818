import type { Ms } from '../../lib/clock.ts';
import { policyHash } from '../../lib/policy/packaged.ts';
import type { Account, Policy, Protect, Rules } from '../../lib/policy/policy.ts';
import type { Capabilities } from '../../lib/providers/contract.ts';
import type { Webhook } from '../../lib/webhook.ts';
import type { Chance } from './chance.ts';

/** Stands in URLs where secrets stand; must never be seen outside of the process. */
export const planted = 'pl4nted-s3cret';

const minute = 60_000;
const day = 24 * 60 * minute;
const eventNames = ['PAID', 'REFUNDED', 'VOIDED'] as const;

const urls: Readonly<Record<'test' | 'live' | 'twin' | 'telling', (id: string) => string>> = {
  test: (id) => `https://${id}.loca.lt/hook`,
  live: (id) => `https://shop.sari-sari-demo.ph/hooks/${id}`,
  twin: () => 'https://shop.sari-sari-demo.ph/hooks/twin',
  telling: (id) => `https://user:${planted}@${id}.loca.lt/hook?token=${planted}`,
};

const eventsOf = (chance: Chance): string[] => {
  if (chance.in(0.12)) return ['*'];
  if (chance.in(0.6)) return ['PAID'];
  const chosen = eventNames.filter(() => chance.in(0.5));
  return chosen.length > 0 ? chosen.toSorted() : ['PAID'];
};

/** One webhook as somebody would register it; most of them are candidates of a rule. */
export const drawWebhook = (chance: Chance, id: string, now: Ms, secrets: boolean): Webhook => {
  const at = new Date(now - chance.between(2, 120) * day).toISOString();
  const secret = secrets && chance.in(0.3);
  const url = urls[chance.weigh({ test: 6, live: 2, twin: 3, telling: 0.5 })](id);
  return {
    id,
    kind: secret ? 'signing-secret' : 'endpoint',
    url: secret ? null : url,
    name: null,
    events: secret ? [] : eventsOf(chance),
    enabled: chance.in(0.85),
    createdAt: at,
    updatedAt: at,
    signal: null,
    settings: {},
    secretId: null,
  };
};

/** Everybody's to take, and each the only one but for the others. */
export const drawRival = (chance: Chance, id: string, now: Ms): Webhook => ({
  ...drawWebhook(chance, id, now, false),
  url: urls.test(id),
  events: ['PAID'],
  enabled: true,
});

/** Little holds back an account of rivals but the last-one guard. */
export const rivalAccount = (account: Account): Account => ({
  ...account,
  mode: 'report',
  environment: 'sandbox',
  protect: [],
  rules: { test: { afterMs: day, hosts: [] } },
  limits: { ...account.limits, perDay: { count: 20 } },
  keepLast: true,
});

const drawProtect = (chance: Chance): Protect[] => {
  if (!chance.in(0.25)) return [];
  const because = 'it earns money';
  return [
    chance.pick<Protect>([
      { id: 'a', because },
      { host: '*.loca.lt', because },
      { event: 'REFUNDED', because },
    ]),
  ];
};

const drawRules = (chance: Chance): Rules => ({
  ...(chance.in(0.9) && { test: { afterMs: day, hosts: [] } }),
  ...(chance.in(0.7) && { duplicate: { keep: chance.pick(['newest', 'oldest'] as const) } }),
  ...(chance.in(0.6) && { disabled: { afterMs: 30 * day } }),
  ...(chance.in(0.5) && { 'superseded-secret': { overlapMs: 7 * day, keep: 1 } }),
});

/** Waits are short, so that a history passes through all of its states within hours. */
export const drawAccount = (chance: Chance, name: string): Account => ({
  name,
  provider: 'fake',
  environment: chance.pick(['sandbox', 'production']),
  baseUrl: `https://${name}.example`,
  credentials: {},
  options: {},
  mode: chance.pick(['report', 'approve', 'auto']),
  rules: drawRules(chance),
  protect: drawProtect(chance),
  lifecycle: { noticeMs: chance.pick([0, 0, 5 * minute]), observeMs: chance.pick([0, 2 * minute, 30 * minute]) },
  limits: {
    perRun: { count: chance.pick([1, 10]), percent: 100 },
    perDay: { count: chance.pick([0, 1, 2, 20, 20, 20]) },
    shrink: { percent: chance.pick([0, 30, 50]) },
  },
  retry: { attempts: chance.pick([2, 4, 8]), baseMs: 2000, capMs: 300_000 },
  notify: {},
  keepLast: chance.in(0.85),
});

export const policyOf = (accounts: readonly Account[]): Policy => ({
  version: 1,
  accounts,
  hash: policyHash(accounts),
});

/** What somebody changes in the policy file while things are under way. */
export const changedAccount = (chance: Chance, account: Account): Account => {
  const changes: (() => Partial<Account>)[] = [
    () => ({ protect: [...account.protect, { id: chance.pick(['a', 'b', 'c']), because: 'found out today' }] }),
    () => ({ rules: drawRules(chance) }),
    () => ({ mode: chance.pick(['report', 'approve', 'auto']) }),
    () => ({ lifecycle: { ...account.lifecycle, noticeMs: chance.pick([0, 5 * minute]) } }),
    () => ({ keepLast: true }),
  ];
  return { ...account, ...chance.pick(changes)() };
};

export const drawCapabilities = (chance: Chance, secrets: boolean): Capabilities => ({
  kinds: secrets ? ['endpoint', 'signing-secret'] : ['endpoint'],
  disable: chance.in(0.8) ? ['endpoint'] : [],
  signals: false,
  editStamp: true,
  ownSecret: false,
  parkedUrls: chance.in(0.1),
  selfHosted: false,
  lostOnRestore: ['id'],
  lateDeliveryMs: 0,
  experimental: null,
});

/** What all callers of an account share; drawn by itself, so that it changes no other draw of a seed. */
export const drawSharing = (chance: Chance): Pick<Capabilities, 'oneScope' | 'allowances'> => {
  const oneScope = chance.in(0.4) && ({ oneScope: true } as const);
  const isTimed = chance.in(0.4);
  const [fast, slow, long] = [
    { units: 1, perMs: 1000 },
    { units: 1, perMs: 30_000 },
    { units: 30, perMs: 600_000 },
  ];
  const drawn = isTimed && chance.pick([[fast], [slow], [{ units: 25, perMs: 1000 }, long]] as const);
  // A list, a call and a list must all have a turn soon.
  const lists = drawn && drawn[0] !== slow && chance.in(0.6) && ({ lists: true } as const);
  const [first, ...others] = drawn || [];
  return { ...oneScope, ...(first && { allowances: [{ ...first, ...lists }, ...others] }) };
};
