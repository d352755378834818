import { type CleanupRecord, recordName } from '../audit/record.ts';
import { readable } from '../audit/stored.ts';
import { iso, type Ms } from '../clock.ts';
import { limits } from '../limits.ts';
import type { Section, Telling } from '../notices/notice.ts';
import { type AccountItem, everyAccount } from './account.ts';
import type { Offer } from './news.ts';
import { readHeader } from './plans.ts';
import type { Ports } from './ports.ts';
import { readScopeNames, type ScopeItem, scopeKey } from './scope.ts';

/** Something that stays so until somebody acts. It is told once, by its name. */
export type Standing = { name: string; telling: Telling };

const standing = (
  name: string,
  section: Section,
  text: string,
  command: string,
  record: string | null = null,
): Standing => ({
  name,
  telling: { section, line: { record, url: null, text, command } },
});

type ReadPorts = Pick<Ports, 'table' | 'random'>;

const ofPlan = async (ports: ReadPorts & Ports, planId: string | undefined, offer: Offer): Promise<Standing[]> => {
  const header = planId === undefined ? undefined : await readHeader(ports, planId);
  if (!header) return [];
  const { items, createdAt, halted, status } = header;
  const command = offer('approve', header.planId, '--reason', '...');
  const lapses = iso(createdAt + limits.planLapseMs).slice(0, 10);
  if (status === 'pending')
    return [
      standing(
        `plan ${planId}`,
        'waiting',
        `${items} ${items === 1 ? 'webhook' : 'webhooks'}; lapses on ${lapses}`,
        command,
      ),
    ];
  if (status !== 'halted') return [];
  return [standing(`halted ${planId}`, 'alarm', `its canary halted the plan ${planId}: ${halted}`, command)];
};

const ofStop = (item: AccountItem | undefined, offer: Offer): Standing[] => {
  if (!item?.stopped) return [];
  const { at, actor, reason } = item.stopped;
  const own = item.name === everyAccount ? [] : ['--account', item.name];
  const command = offer('start', ...own, '--reason', '...');
  return [standing(`stopped ${item.name} ${at}`, 'alarm', `stopped by ${actor}: ${reason}`, command)];
};

const ofCredential = ({ paused, name }: AccountItem, now: Ms, offer: Offer): Standing[] => {
  if (paused?.kind !== 'credential' || paused.until <= now) return [];
  const text = `its credential was refused, everything waits: ${paused.why}`;
  return [standing('credential', 'alarm', text, offer('start', '--account', name, '--reason', '...'))];
};

const ofScopes = async ({ table }: ReadPorts, account: string, offer: Offer): Promise<Standing[]> => {
  const names = new Set([account, ...(await readScopeNames({ table }, account))]);
  const items = readable<ScopeItem>(await table.get([...names].map((name) => scopeKey(account, name))));
  return items.flatMap(({ scope, lastScan }) => {
    if (!lastScan || lastScan.status === 'complete') return [];
    const { status, code = status, message = '' } = lastScan;
    const text = `the scan of ${scope} is ${status}, so nothing of it is proposed: ${message}`;
    return [standing(`scan ${scope} ${code}`, 'alarm', text, offer('status'))];
  });
};

/** Steps that nobody knows the end of, told each day anew. */
const ofUnknown = (records: readonly CleanupRecord[], now: Ms, offer: Offer): Standing[] =>
  records.flatMap((record) => {
    const days = Math.floor((now - (record.pending?.at ?? now)) / limits.unknownAlarmMs);
    if (days < 1) return [];
    const name = recordName(record);
    const text = `a ${record.pending?.call} has had no known outcome since ${iso(record.pending?.at ?? now)}`;
    return [standing(`unknown ${name} ${days}`, 'alarm', text, offer('audit', '--webhook', name), name)];
  });

/**
 * All that stands at an account now.
 *
 * @param records those of the account that are at hand; only they are looked at for steps without an end
 */
export const standingAt = async (
  ports: Ports,
  name: string,
  items: ReadonlyMap<string, AccountItem>,
  records: readonly CleanupRecord[],
  now: Ms,
  offer: Offer,
): Promise<Standing[]> => {
  const own = items.get(name);
  return [
    ...ofStop(items.get(everyAccount), offer),
    ...ofStop(own, offer),
    ...(own ? ofCredential(own, now, offer) : []),
    ...(await ofScopes(ports, name, offer)),
    ...ofUnknown(records, now, offer),
    ...(await ofPlan(ports, own?.pendingPlan, offer)),
  ];
};
