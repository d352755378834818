import manifest from '../package.json' with { type: 'json' };

/** Of this package, for `--version` and the User-Agent. */
export const version: string = manifest.version;
