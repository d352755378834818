import { describe, expect, it } from 'vitest';
import { sections } from '../../lib/notices/notice.ts';
import { parseLine } from '../cli/parsed.ts';
import { tellingShop } from './notices.ts';
import { day, hour, testHook, webhook } from './world.ts';

const minute = 60_000;

describe('the commands in notices', () => {
  it('are ones that the command line takes, whatever the list that they stand in', async () => {
    const ids = ['ok', 'refused', 'edited', 'absent', "it's", 'stuck'];
    const w = tellingShop([webhook('live'), ...ids.map((id) => testHook(id.replace("'", ''), { id }))]);
    await w.scan('shop');
    await w.run(10 * minute, minute);
    await w.scanAndApprove('shop');
    w.remote.edit('edited', { events: ['PAID', 'VOID'] });
    w.remote.state.delete('absent');
    w.remote.hooks.before = (call) => {
      if (call === 'disable refused')
        w.remote.faults.call = [{ outcome: { kind: 'refused', why: '403' }, effect: false }];
    };
    await w.run(10 * minute, minute);
    const [stuck] = w.fake.messages;
    if (stuck) stuck.receives = 99;
    await w.run(day + hour, minute);
    await w.switchAll(true);
    w.remote.faults.list = [() => ({ status: 'error', outcome: { kind: 'retry', why: '401', pause: 'credential' } })];
    await w.scan('shop');
    await w.run(hour, minute);
    const lists = w.sns.accepted.flatMap((notice) => notice.sections);
    const seen = new Set(lists.map(({ section }) => section));
    expect(Object.keys(sections).filter((section) => !seen.has(section as never))).toEqual(['held']);
    for (const { section, lines } of lists)
      for (const { command, record } of lines) {
        expect(command).not.toBeNull();
        const { name, values, positionals } = parseLine(command ?? '');
        expect(values.stack).toBe('hooksweep-dev');
        if (record && name !== 'audit') expect(positionals).toEqual([record]);
        expect(`${section} ${name}`).toMatch(
          /^(alarm (start|status)|failed audit|waiting approve|announced veto|disabled veto|deleted restore|kept audit|gone audit)$/,
        );
      }
  });
});
