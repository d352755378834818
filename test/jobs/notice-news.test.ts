import { describe, expect, it } from 'vitest';
import { approve } from '../../lib/jobs/decide.ts';
import { jobFor } from '../../lib/jobs/job.ts';
import { tell } from '../../lib/jobs/tell.ts';
import { limits } from '../../lib/limits.ts';
import { nameOf, tellingShop } from './notices.ts';
import { accountNamed, day, hour, testHook, webhook } from './world.ts';

const minute = 60_000;
/** Long enough for what happened to be gathered. */
const aWhile = 12 * minute;

describe('a notice tells', () => {
  it('of a plan that waits, once, with the command that approves it', async () => {
    const w = tellingShop();
    const { plan } = await w.scan('shop');
    await w.run(hour, minute);
    expect(w.sns.lines('waiting')).toEqual([
      {
        record: null,
        url: null,
        text: '1 webhook; lapses on 2026-11-09',
        command: `hooksweep approve ${plan.planId} --reason ... --stack hooksweep-dev`,
      },
    ]);
  });

  it('what goes, why, from when, and how to object', async () => {
    const w = tellingShop(undefined, { lifecycle: { noticeMs: day, observeMs: 2 * day } });
    await w.scanAndApprove('shop');
    const from = new Date(w.now() + day).toISOString().slice(0, 10);
    const gone = new Date(w.now() + 3 * day).toISOString().slice(0, 10);
    await w.run(aWhile, minute);
    const [line] = w.sns.lines('announced');
    expect(line).toMatchObject({ record: nameOf('a'), url: 'https://a.loca.lt/hook' });
    expect(line?.text).toContain(`switched off from ${from}`);
    expect(line?.text).toContain(`deleted from ${gone}`);
    expect(line?.text).toContain('test: ');
    expect(line?.command).toBe(`hooksweep veto '${nameOf('a')}' --reason ... --stack hooksweep-dev`);
  });

  it('what was switched off with the day of its deletion, and then that it was deleted and how to bring it back', async () => {
    const w = tellingShop();
    await w.scanAndApprove('shop');
    await w.run(aWhile, minute);
    const due = new Date(w.record('shop', 'a').dueAt ?? 0).toISOString().slice(0, 10);
    expect(w.sns.lines('disabled')[0]).toMatchObject({
      text: expect.stringContaining(`deleted from ${due}`),
      command: expect.stringContaining('hooksweep veto'),
    });
    await w.run(day + hour, minute);
    expect(w.sns.lines('deleted')[0]?.command).toContain(`hooksweep restore '${nameOf('a')}'`);
    expect(w.sns.accepted.map(({ level }) => level)).toEqual(['action', 'action', 'info']);
  });

  it('in one message what came of several in one go', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const w = tellingShop([webhook('live'), ...ids.map((id) => testHook(id))]);
    await w.scanAndApprove('shop');
    await w.run(aWhile, minute);
    expect(w.sns.named('disabled').toSorted()).toEqual(ids);
    expect(w.sns.accepted).toHaveLength(2);
  });

  it('what failed, what a guard kept, and nothing of proposals that were only withdrawn', async () => {
    const w = tellingShop([webhook('live'), testHook('a'), testHook('b'), testHook('c')]);
    const { plan } = await w.scan('shop');
    w.remote.state.delete('c');
    w.pass(hour);
    await w.scan('shop');
    w.pass(hour);
    const { plan: second } = await w.scan('shop');
    expect(second.planId).not.toBe(plan.planId);
    await approve(w.ports, second.planId, 'looked at');
    w.remote.hooks.before = (call) => {
      if (call === 'disable a') w.remote.faults.call = [{ outcome: { kind: 'refused', why: '403' }, effect: false }];
    };
    w.remote.edit('b', { events: ['PAID', 'VOID'] });
    await w.run(hour, minute);
    await w.decide('release', 'b');
    await approve(w.ports, second.planId, 'again');
    await w.run(hour, minute);
    expect(w.sns.lines('failed')).toMatchObject([{ record: nameOf('a'), text: expect.stringContaining('403') }]);
    expect(w.sns.named('kept')).toEqual(['b']);
    expect(JSON.stringify(w.sns.accepted)).not.toContain(nameOf('c'));
  });

  it('alarms once while they stand: a halted plan, a stop, a scan that shrank, a credential that is refused', async () => {
    const hooks = ['a', 'b', 'c'].map((id) => testHook(id));
    const w = tellingShop([webhook('live'), ...hooks]);
    await w.scanAndApprove('shop', { canary: true });
    w.remote.faults.call = [{ outcome: { kind: 'refused', why: '409' }, effect: false }];
    await w.run(hour, minute);
    await w.switchAll(true);
    await w.run(hour, minute);
    for (const id of ['b', 'c', 'live']) w.remote.state.delete(id);
    await w.scan('shop');
    await w.run(hour, minute);
    w.remote.faults.list = [() => ({ status: 'error', outcome: { kind: 'retry', why: '401', pause: 'credential' } })];
    await w.scan('shop');
    await w.run(hour, minute);
    const alarms = w.sns.lines('alarm').map(({ text }) => text);
    expect(alarms.map((text) => text.replace(/sha256:[0-9a-f]+/, 'P').slice(0, 38))).toEqual([
      'its canary halted the plan P: shop#mai',
      'stopped by os:tester@here: drill',
      'the scan of main is incomplete, so not',
      'its credential was refused, everything',
      'the scan of main is error, so nothing ',
    ]);
  });

  it('an alarm again when it comes again later', async () => {
    const w = tellingShop();
    for (let time = 0; time < 2; time++) {
      await w.switchAll(true);
      await w.run(aWhile, minute);
      await w.switchAll(false);
      await w.run(2 * day, hour);
    }
    expect(w.sns.lines('alarm').filter(({ text }) => text.startsWith('stopped'))).toHaveLength(2);
  });

  it('cover that was lost as an alarm, not as a deletion like others', async () => {
    const w = tellingShop();
    await w.scanAndApprove('shop');
    w.remote.hooks.after = (call) => void (call === 'delete a' && w.remote.edit('live', { enabled: false }));
    await w.run(day + hour, minute);
    expect(w.sns.lines('alarm')[0]?.text).toContain('nobody receives PAID any more');
    expect(w.sns.lines('deleted')).toEqual([]);
  });

  it('a step without an end once a day', async () => {
    const w = tellingShop();
    await w.scanAndApprove('shop');
    w.remote.hooks.before = (call) => {
      if (call === 'disable a')
        w.remote.faults.call = [{ outcome: { kind: 'unknown', why: 'no answer' }, effect: false }];
    };
    w.remote.hooks.after = (call) => {
      if (call === 'disable a')
        w.remote.faults.list = Array.from({ length: 4000 }, () => () => ({
          status: 'error' as const,
          outcome: { kind: 'retry' as const, why: '503' },
        }));
    };
    await w.run(3 * day, minute);
    const texts = w.sns.lines('alarm').filter(({ text }) => text.includes('no known outcome'));
    expect(texts).toHaveLength(2);
  });

  it('of the cycle before, where the next one began before anybody was told', async () => {
    const w = tellingShop();
    await w.run(aWhile, minute);
    await w.scanAndApprove('shop');
    w.sns.faults.down = true;
    await w.decide('veto', 'a');
    w.ports.policy = {
      ...w.ports.policy,
      accounts: [
        accountNamed('shop', {
          notify: w.ports.policy.accounts[0]?.notify ?? {},
          rules: { test: { afterMs: 1, hosts: [] } },
        }),
      ],
    };
    w.pass(minute);
    await w.scan('shop');
    expect(w.record('shop', 'a')).toMatchObject({ state: 'proposed', cycle: 2 });
    w.sns.faults.down = false;
    await tell(w.ports, [], true);
    expect(w.sns.named('kept')).toEqual(['a']);
  });

  it('what is held for a person, and how to release it', async () => {
    const w = tellingShop();
    await w.scanAndApprove('shop');
    const [delivery] = w.fake.visible();
    if (!delivery) throw new Error('an approved record sends a job');
    await w.run(0);
    for (let time = 0; time < limits.receivesMax; time++) w.fake.settle([delivery], new Set([delivery.messageId]));
    w.fake.dead.push({ ...delivery, body: JSON.stringify(jobFor(w.record('shop', 'a'))) });
    await w.run(aWhile, minute);
    expect(w.sns.lines('held')).toMatchObject([
      { record: nameOf('a'), command: expect.stringContaining(`hooksweep release '${nameOf('a')}'`) },
    ]);
  });

  it('no secret of a URL or a name', async () => {
    const url = 'https://bob:pa55word@a.loca.lt/hook?api_key=topsecretvalue#token=alsosecret';
    const w = tellingShop([webhook('live'), testHook('a', { url, name: 'hook whsec_abcdefgh1234' })]);
    await w.scanAndApprove('shop');
    await w.run(day + hour, minute);
    expect(w.sns.named('announced')).toEqual(['a']);
    expect(JSON.stringify(w.sns.accepted)).not.toMatch(/pa55word|topsecretvalue|alsosecret|abcdefgh1234/);
  });

  it('nothing where nothing happened, and costs no write then', async () => {
    const w = tellingShop([webhook('live')]);
    await w.scan('shop');
    await w.run(aWhile, minute);
    let writes = 0;
    const put = w.table.put.bind(w.table);
    w.ports.table = { ...w.table, put: (...args) => put(...args).finally(() => writes++) };
    await w.run(hour, minute);
    expect({ writes, told: w.sns.accepted }).toEqual({ writes: 0, told: [] });
  });

  it('no history from before there was a target', async () => {
    const w = tellingShop();
    const { notices } = w.ports;
    const told = w.ports.policy;
    w.ports.policy = { ...told, accounts: [accountNamed('shop')] };
    await w.scanAndApprove('shop');
    await w.run(2 * day, hour);
    expect(w.record('shop', 'a').state).toBe('deleted');
    w.ports.policy = told;
    if (notices) w.ports.notices = notices;
    await w.run(day, minute);
    expect(w.sns.accepted).toEqual([]);
  });
});
