import type { BuildOptions } from 'esbuild';

export function phoneBuilds(shared?: BuildOptions): BuildOptions[];
