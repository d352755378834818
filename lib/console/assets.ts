import { readFileSync } from 'node:fs';
import { reportStyle, sharedStyle } from '../report/assets.ts';

type Asset = { name: string; type: string; text: string };

const asset = (name: string): string => readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');

/** What the pages load, from this console and nowhere else. */
export const assets = (): readonly Asset[] => [
  {
    name: 'console.css',
    type: 'text/css; charset=utf-8',
    text: `${sharedStyle()}${reportStyle()}${asset('console.css')}`,
  },
  { name: 'console.js', type: 'text/javascript; charset=utf-8', text: asset('console.js') },
  { name: 'icon.svg', type: 'image/svg+xml', text: asset('icon.svg') },
];
