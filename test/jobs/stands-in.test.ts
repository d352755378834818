import { describe, expect, it } from 'vitest';
import { standIn } from '../../lib/jobs/stand-in.ts';
import { backupOf } from '../../lib/webhook.ts';
import { start, testHook } from './world.ts';

const off = { ...testHook('a'), enabled: false };
const twin = { ...testHook('a'), id: 'twin', createdAt: new Date(start).toISOString() };
const ours = { ...off, id: 'ours', createdAt: new Date(start).toISOString() };

describe('what stands for a webhook that is to be restored', () => {
  it('is what our creation made, though another one came at the same time', () => {
    expect(standIn([twin, ours], backupOf(off), { id: 'ours', at: start })?.id).toBe('ours');
  });

  it('is rather one that is on or off as it was than one that came since', () => {
    expect(standIn([twin, ours], backupOf(off), { at: start })?.id).toBe('ours');
    expect(standIn([ours, twin], backupOf(testHook('a')), { at: start })?.id).toBe('twin');
  });

  it('is one that came since our creation where no answer named it, and none that was there before', () => {
    expect(standIn([twin], backupOf(off), { at: start })?.id).toBe('twin');
    expect(standIn([twin], backupOf(off), { at: start + 3_600_000 })).toBeNull();
    expect(standIn([twin], backupOf(off), undefined)).toBeNull();
  });

  it('is none that we are about to remove, but for what our creation made', () => {
    const leaving = new Set(['twin']);
    const wanted = backupOf(testHook('a'));
    expect(standIn([twin], wanted, undefined)?.id).toBe('twin');
    expect(standIn([twin], wanted, undefined, leaving)).toBeNull();
    expect(standIn([twin], wanted, { at: start }, leaving)?.id).toBe('twin');
    expect(standIn([twin], wanted, { at: start + 3_600_000, id: 'twin' }, leaving)?.id).toBe('twin');
  });
});
