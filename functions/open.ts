import { systemClock } from '../lib/clock.ts';
import { awsReaders } from '../lib/credentials-aws.ts';
import { createHttp } from '../lib/providers/http.ts';
import { loaders } from '../lib/providers/loaders.ts';
import { createOpener } from '../lib/providers/open.ts';
import { version } from '../lib/version.ts';
import type { Reach } from './ports.ts';

/** Opens accounts with credentials from Parameter Store and Secrets Manager. */
export const openAccounts: NonNullable<Reach['open']> = (learn) =>
  createOpener(loaders, awsReaders(systemClock), createHttp({ clock: systemClock, version }), learn);
