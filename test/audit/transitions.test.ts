import { describe, expect, it } from 'vitest';
import {
  isLegal,
  isOpen,
  isWayBack,
  openStates,
  sources,
  states,
  stepOf,
  stepOfCall,
  transitions,
} from '../../lib/audit/states.ts';

/** Every move there is, written a second time: from → to, by whom. A change of the table has to be meant twice. */
const moves = `
none      → proposed    scan approve enqueue
none      → restored    restore
proposed  → approved    approve auto enqueue
proposed  → kept        scan veto lapse
proposed  → gone        scan veto lapse
approved  → disabling   claim
approved  → observing   worker
approved  → kept        worker veto scan lapse
approved  → gone        worker veto scan
approved  → failed      worker veto scan
disabling → observing   finish
disabling → disabled    finish
disabling → disabling   claim
disabling → kept        finish
disabling → failed      finish
disabling → gone        finish
disabling → restoring   finish worker veto sweep scan
observing → restoring   finish worker veto sweep scan restore
observing → deleting    claim
observing → kept        worker veto scan
observing → gone        worker veto scan
deleting  → restoring   finish worker veto sweep scan
deleting  → deleting    claim
deleting  → deleted     finish
deleting  → gone        finish
deleting  → failed      finish
deleting  → kept        finish
restoring → restoring   claim
restoring → kept        finish
restoring → restored    finish
restoring → failed      finish
deleted   → restoring   restore
disabled  → restoring   restore
failed    → restoring   restore
failed    → proposed    scan approve enqueue
failed    → restored    restore
kept      → proposed    scan approve enqueue
kept      → restored    restore
gone      → proposed    scan approve enqueue
gone      → restored    restore
restored  → proposed    scan approve enqueue
`;

const sorted = (lines: Iterable<string>): string[] => [...new Set(lines)].sort();
const written = moves
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [from, , to, ...by] = line.split(/\s+/);
    return by.map((who) => `${from} → ${to} by ${who}`);
  });

describe('the table of states', () => {
  it('holds exactly these moves', () => {
    const there = transitions.flatMap(({ from, to, by }) =>
      from.flatMap((start) => to.flatMap((end) => by.map((who) => `${start ?? 'none'} → ${end} by ${who}`))),
    );
    expect(sorted(there)).toEqual(sorted(written));
  });

  it('answers by itself who may go where, and from where', () => {
    for (const line of written) {
      const [from, , to, , by] = line.split(' ') as [string, string, never, string, never];
      const start = (from === 'none' ? null : from) as never;
      expect([line, isLegal(start, to, by), sources(to, by).includes(start)]).toEqual([line, true, true]);
    }
    expect(sorted(sources('restoring', 'veto') as string[])).toEqual(['deleting', 'disabling', 'observing']);
    expect(sources('deleting', 'veto')).toEqual([]);
    expect(isLegal(null, 'kept', 'scan')).toBe(false);
  });

  it('knows these states, and which of them are open', () => {
    const open = ['proposed', 'approved', 'disabling', 'observing', 'deleting', 'restoring'];
    const closed = ['disabled', 'deleted', 'kept', 'gone', 'failed', 'restored'];
    expect([...states]).toEqual([...open, ...closed]);
    expect([...openStates]).toEqual(open);
    expect(states.filter(isOpen)).toEqual(open);
  });

  it('names the one step that moves each state on, and the step that each call serves', () => {
    expect(stepOf).toEqual({
      ...{ proposed: null, approved: 'disable', disabling: 'disable', observing: 'delete', deleting: 'delete' },
      ...{ restoring: 'restore', disabled: null, deleted: null, kept: null, gone: null, failed: null, restored: null },
    });
    expect(stepOfCall).toEqual({ disable: 'disable', delete: 'delete', enable: 'restore', create: 'restore' });
    const calls = ['disable', 'delete', 'enable', 'create'] as const;
    expect(calls.filter(isWayBack)).toEqual(['enable', 'create']);
  });
});
