import type { BuildOptions } from 'esbuild';

export function webviewBuilds(shared?: BuildOptions): BuildOptions[];
