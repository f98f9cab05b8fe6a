import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const service = process.env['PAGE_SERVICE'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  // The server knows "/" and "/assets/NAME", and its policy allows no data: addresses.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, rolldownOptions: { checks: { pluginTimings: false } } },
  server: { proxy: { '/v1': service, '/openapi.yaml': service, '/docs': service } },
  test: { include: ['tests/**/*.test.ts'] },
});
