import { describe, expect, it } from 'vitest';
import { type AuditDocument, hook, mutating, populate, production, shop, tunnel } from './workplace.ts';

type RunDocument = {
  summary: Record<string, number>;
  waiting: { state: string; until: string | null }[];
  scan: { accounts: { account: string; status: string }[] };
};
type PlanDocument = { items: { webhookId: string; decision: string }[] };

const proposed = ({ items }: PlanDocument) =>
  items.filter(({ decision }) => decision === 'propose').map(({ webhookId }) => webhookId);

describe('run', () => {
  it('touches nothing without an approval, and says that proposals wait', async () => {
    const { provider, hooksweep } = await shop();
    const { code, json } = await hooksweep('run --until-idle --json');
    expect(mutating(provider)).toEqual([]);
    expect(code).toBe(2);
    const { summary, waiting, scan } = json<RunDocument>();
    expect(summary.deleted).toBe(0);
    expect(summary.proposed).toBeGreaterThan(0);
    expect(waiting.map(({ state }) => state)).toEqual(Array(summary.proposed).fill('proposed'));
    expect(scan.accounts).toMatchObject([{ account: 'shop', status: 'complete' }]);
  });

  it('deletes exactly what was planned, with a backup and an unbroken story, and a second run sends nothing', async () => {
    const { provider, ok, hooksweep } = await shop();
    const before = [...provider.state.keys()];
    const planned = proposed((await hooksweep('scan --json')).json<PlanDocument>()).sort();
    const ran = await ok('run --until-idle --approve --json');
    const gone = before.filter((id) => !provider.state.has(id)).sort();
    expect(gone).toEqual(planned);
    expect(gone.length).toBeGreaterThan(2);
    expect(ran.json<RunDocument>().summary).toMatchObject({ deleted: gone.length, failed: 0, held: 0, proposed: 0 });

    const { records } = (await ok('audit --state deleted --json')).json<AuditDocument>();
    expect(records.map(({ webhookId }) => webhookId).sort()).toEqual(gone);
    for (const record of records) {
      expect(record.findings.length).toBeGreaterThan(0);
      expect(record.backup?.url).toBe(record.url);
      const events = record.history.map(({ event }) => event);
      expect(events.slice(0, 2)).toEqual(['proposed', 'approved']);
      expect(events.slice(-2)).toEqual(['deleting', 'deleted']);
      expect(record.history.slice(1).map(({ prev }) => prev)).toEqual(
        record.history.slice(0, -1).map(({ hash }) => hash),
      );
    }
    expect((await ok('audit verify --json')).json()).toMatchObject({ broken: [] });

    const sent = mutating(provider).length;
    await ok('run --until-idle --approve');
    expect(mutating(provider).length).toBe(sent);
  });

  it('keeps one enabled webhook for each event, even where all look like tests', async () => {
    const { provider, hooksweep } = await shop();
    populate(provider, [
      hook('1', tunnel(1)),
      hook('2', tunnel(2), { events: ['QRPH_SUCCESS'] }),
      hook('3', tunnel(3), { events: ['QRPH_DECLINED'] }),
    ]);
    await hooksweep('run --until-idle --approve');
    const events = [...provider.state.values()].filter(({ enabled }) => enabled).flatMap((webhook) => webhook.events);
    expect(new Set(events)).toEqual(new Set(['QRPH_DECLINED', 'QRPH_SUCCESS']));
  });

  it('switches a webhook on again when somebody removes the one that covers it meanwhile', async () => {
    const { provider, hooksweep, ok } = await shop({}, { lifecycle: { notice: '0s', observe: '3s' } });
    populate(provider, [hook('1', production), hook('2', tunnel(2))]);
    const interval = setInterval(() => {
      if (provider.state.get('2')?.enabled === false) provider.state.delete('1');
    }, 20);
    await hooksweep('run --until-idle --approve').finally(() => clearInterval(interval));
    expect([...provider.state.keys()]).toEqual(['2']);
    expect(provider.state.get('2')?.enabled).toBe(true);
    const { records } = (await ok('audit --json')).json<AuditDocument>();
    expect(records).toMatchObject([{ webhookId: '2', state: 'kept', guard: 'last-one' }]);
  });

  it('says what still waits and until when, where the wait is long', async () => {
    const { provider, ok } = await shop({}, { lifecycle: { notice: '0s', observe: '24h' } });
    populate(provider, [hook('1', production), hook('2', tunnel(2))]);
    const ran = await ok('run --until-idle --approve --json');
    const { summary, waiting } = ran.json<RunDocument>();
    expect(summary).toMatchObject({ observing: 1, deleted: 0 });
    expect(Date.parse(waiting[0]?.until ?? '')).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(provider.state.get('2')?.enabled).toBe(false);
  });

  it('asks before production, and refuses where nobody is there to be asked', async () => {
    const { provider, hooksweep } = await shop({}, { environment: 'production' });
    const { code, json } = await hooksweep('run --until-idle --approve --json');
    expect({ code, ...json<{ error: { code: string } }>() }).toMatchObject({ code: 4, error: { code: 'needs-yes' } });
    expect(mutating(provider)).toEqual([]);
  });

  it('is refused while it is stopped, and goes on after start', async () => {
    const { provider, hooksweep, ok } = await shop();
    await ok('stop --reason "incident 42"');
    expect((await hooksweep('run --until-idle --approve')).code).toBe(4);
    expect(mutating(provider)).toEqual([]);
    await ok('start');
    await ok('run --until-idle --approve');
    expect(mutating(provider).length).toBeGreaterThan(0);
  });

  it('ends with 1 where no account can be read', async () => {
    const { env, hooksweep } = await shop();
    delete env.SHOP_KEY;
    expect((await hooksweep('run --until-idle')).code).toBe(1);
  });
});
