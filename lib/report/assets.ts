import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file that a browser gets as it is. The bundle carries them beside it, see infra/build.mjs. */
const asset = (name: string): string => readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');

/** Design tokens and bare elements, which all pages share. */
export const sharedStyle = (): string => asset('tokens.css');

export const reportStyle = (): string => asset('report.css');

export const reportScript = (): string => asset('report.js');

const source = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * A policy under which a page runs these inline scripts and styles and nothing else: no request leaves it, no form is
 * sent, and no text becomes markup.
 */
export const contentSecurityPolicy = (scripts: readonly string[], styles: readonly string[]): string =>
  [
    "default-src 'none'",
    `script-src ${scripts.map(source).join(' ')}`,
    `style-src ${styles.map(source).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
