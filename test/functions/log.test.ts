import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { invocationLog, placeOf } from '../../functions/log.ts';
import { shop, testHook, webhook } from '../jobs/world.ts';

describe('the log of an invocation', () => {
  it('knows stack, stage and function by the name that the stack gave it', () => {
    expect(placeOf('hooksweep-dev-worker')).toEqual({ stack: 'hooksweep-dev', stage: 'dev', name: 'worker' });
    expect(placeOf('hooksweep-pr-12-audit')).toMatchObject({ stack: 'hooksweep-pr-12', stage: 'pr-12' });
    expect(placeOf(undefined)).toEqual({ stack: null, stage: 'local', name: undefined });
  });

  it('is nothing but lines of JSON on stdout, with the request id, for all that is said and written', async () => {
    const written: string[] = [];
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'hooksweep-dev-scanner');
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    onTestFinished(() => {
      stdout.mockRestore();
      vi.unstubAllEnvs();
    });
    const secrets = new Set<string>();
    const w = shop([webhook('live'), testHook('a')]);
    Object.assign(w.ports, invocationLog(secrets, 'r-1'));
    secrets.add('learnt-later-4711');
    await w.scan('shop');
    w.ports.log({ level: 'error', message: 'said', detail: 'the key learnt-later-4711 was refused' });
    const lines = written.map((text) => JSON.parse(text));
    expect(written.every((text) => text.endsWith('}\n'))).toBe(true);
    expect(lines.map(({ message }) => message)).toEqual(['scan complete', 'proposed', 'said']);
    for (const line of lines) expect(line).toMatchObject({ stage: 'dev', function: 'scanner', requestId: 'r-1' });
    expect(written.join('')).not.toContain('learnt-later-4711');
  });
});
