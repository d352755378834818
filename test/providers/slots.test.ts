import { describe, expect, it } from 'vitest';
import { createSlots } from '../../lib/providers/slots.ts';

const never = new AbortController().signal;

describe('slots', () => {
  it('are handed on in order', async () => {
    const slots = createSlots(1);
    const order: number[] = [];
    const release = await slots.take('a', never);
    const waiting = [1, 2, 3].map(async (n) => {
      const done = await slots.take('a', never);
      order.push(n);
      done();
    });
    release();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
  });

  it('are not lost to one who gave up waiting', async () => {
    const slots = createSlots(2);
    const held = [await slots.take('a', never), await slots.take('a', never)];
    const stop = new AbortController();
    const gaveUp = slots.take('a', stop.signal);
    const stays = slots.take('a', never);
    stop.abort(new Error('stop'));
    await expect(gaveUp).rejects.toThrow('stop');
    for (const release of held) release();
    (await stays)();
    await slots.take('a', never);
    expect(await slots.take('a', never)).toBeTypeOf('function');
  });
});
