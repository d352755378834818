import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Plan, PlanItem } from '../plan/item.ts';
import { accountPlanId, planDigest, topPlanId } from '../plan/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { CommandError, exit } from './command.ts';

const text = v.string();
const rows = <S extends v.GenericSchema>(row: S) => v.array(row);
const id = v.pipe(text, v.minLength(1), v.maxLength(limits.idCharactersMax));

/** What is acted on is checked; the rest of an item is only shown, and the digest covers all of it. */
const itemSchema = v.looseObject({
  account: text,
  provider: text,
  environment: v.picklist(['sandbox', 'production']),
  scope: id,
  webhookId: id,
  kind: v.picklist(['endpoint', 'signing-secret']),
  url: v.nullable(text),
  name: v.nullable(text),
  enabled: v.boolean(),
  via: rows(v.picklist(['disable', 'delete'])),
  decision: v.picklist(['propose', 'keep', 'report']),
  findings: rows(v.looseObject({ rule: text, confidence: text, evidence: text, proposes: v.boolean() })),
  survivor: v.nullable(v.looseObject({ webhookId: text, reason: text })),
  last: v.boolean(),
  fingerprint: v.pipe(text, v.regex(/^f1:[0-9a-f]{32}:(?:on|off)$/)),
});

const planSchema = v.looseObject({
  version: v.literal(1),
  planId: text,
  createdAt: v.pipe(text, v.isoTimestamp()),
  policy: text,
  accounts: rows(v.looseObject({ account: text, planId: text })),
  items: rows(itemSchema),
  digest: text,
});

const again = 'write a new one: hooksweep scan --out plan.json';

const unusable = (file: string, message: string, hint = again) =>
  new CommandError({ code: 'not-a-plan', message: `${file}: ${message}`, file, hint });

const refused = (code: string, file: string, message: string) =>
  new CommandError({ code, message: `${file}: ${message}`, file, hint: again }, exit.refused);

const notReadable: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOENT: ['there is no such file', again],
  EISDIR: ['this is a folder', 'name the file in it'],
  ENOTDIR: ['a part of the path is no folder', 'name the plan file'],
  EACCES: ['no permission to read it', 'give this user the right to read it'],
};

const readText = async (file: string, path: string): Promise<string> => {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    if (size > limits.planBytesMax) throw unusable(file, `larger than ${limits.planBytesMax} bytes, which no plan is`);
    return await handle.readFile('utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (error instanceof CommandError) throw error;
    const [message, hint] = notReadable[code] ?? [`cannot be read (${code || String(error)})`, again];
    throw new CommandError({ code: 'unreadable', message: `${file}: ${message}`, file, hint });
  }
};

/**
 * Reads a plan file as `scan --out` wrote it.
 *
 * @throws CommandError exit 1: not there, no JSON, no plan, another version
 */
export const readPlan = async (file: string, cwd: string): Promise<Plan> => {
  const content = await readText(file, resolve(cwd, file));
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw unusable(file, `no JSON: ${(error as SyntaxError).message.replace(/\s*".*$/s, '')}`);
  }
  const { version, digest } = (value ?? {}) as { version?: unknown; digest?: unknown };
  if (version !== undefined && version !== 1 && digest !== undefined)
    throw unusable(file, `a plan of version ${JSON.stringify(version)}; this hooksweep reads version 1`);
  const parsed = v.safeParse(planSchema, value);
  if (parsed.success) return value as Plan;
  const [issue] = parsed.issues;
  throw unusable(file, `no plan: ${v.getDotPath(issue) ?? 'the whole'} is not as a plan has it`);
};

/** What a plan proposes at each account, as it is agreed to. */
export type AccountProposals = { account: string; planId: string; items: readonly PlanItem[] };

/**
 * Checks that this is what was reviewed, under today's policy, and still young.
 *
 * @throws CommandError exit 4: altered, another policy, lapsed
 */
export const proposalsOf = (plan: Plan, file: string, policy: Policy, now: Ms): AccountProposals[] => {
  const altered = (where: string) => refused('altered', file, `altered since it was made: ${where}`);
  if (planDigest(plan) !== plan.digest) throw altered('its digest does not fit');
  if (plan.policy !== policy.hash)
    throw refused('policy-changed', file, 'made under another policy than the one in force now');
  const lapsesAt = Date.parse(plan.createdAt) + limits.planLapseMs;
  if (lapsesAt <= now) throw refused('lapsed', file, `lapsed on ${iso(lapsesAt)}, and webhooks change`);
  if (topPlanId(plan.accounts) !== plan.planId) throw altered('planId does not fit its accounts');
  const parts = plan.accounts.map(({ account: name, planId }) => {
    const account = policy.accounts.find((candidate) => candidate.name === name);
    const items = plan.items.filter((item) => item.account === name);
    if (!account || accountPlanId(account, policy.hash, items) !== planId) throw altered(`the items of ${name}`);
    const strange = items.find(
      (item) => item.environment !== account.environment || item.provider !== account.provider,
    );
    if (strange) throw altered(`the webhook ${strange.webhookId} of ${name}`);
    return { account: name, planId, items: items.filter(({ decision }) => decision === 'propose') };
  });
  const named = new Set(plan.accounts.map(({ account }) => account));
  const stray = plan.items.find(({ account }) => !named.has(account));
  if (stray || named.size < plan.accounts.length) throw altered('its accounts do not fit its items');
  return parts.filter(({ items }) => items.length > 0);
};
