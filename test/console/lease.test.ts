import { describe, expect, it } from 'vitest';
import { shared } from '../../lib/console/lease.ts';

const opener = () => {
  const log: string[] = [];
  const use = shared(async () => {
    log.push('open');
    return { close: async () => void log.push('close') };
  });
  return { log, use };
};

describe('what is opened for a look', () => {
  it('is shared by all who look at the same time, and closed behind the last', async () => {
    const { log, use } = opener();
    const leave = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const looks = leave.map(({ promise }) => use(() => promise));
    leave[0]?.resolve();
    await looks[0];
    expect(log).toEqual(['open']);
    leave[1]?.resolve();
    await looks[1];
    expect(log).toEqual(['open', 'close']);
  });

  it('is opened anew for whoever comes later, and closed where a look fails', async () => {
    const { log, use } = opener();
    const failing = use(async () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await use(async () => undefined);
    expect(log).toEqual(['open', 'close', 'open', 'close']);
  });

  it('tells each who asked that it did not open, and tries again', async () => {
    let tries = 0;
    const use = shared(async () => {
      tries += 1;
      if (tries === 1) throw new Error('the folder is in use');
      return { close: async () => undefined };
    });
    const looks = await Promise.allSettled([use(async () => 1), use(async () => 2)]);
    expect(looks.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await use(async () => 3)).toBe(3);
  });
});
