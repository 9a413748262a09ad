/** The walls between the parts of the house stand. */
import { fileURLToPath } from 'node:url';
import {
  environmentReaders,
  faultsOf,
  importsOf,
  impurities,
  sourceFiles,
  type SourceFile,
} from './import-walls.js';

const files = sourceFiles(fileURLToPath(new URL('../../src', import.meta.url)));

/** The house with one file more. */
function houseWith(path: string, text: string): string[] {
  return faultsOf([...files.filter((file) => file.path !== path), { path, text }]).filter((fault) =>
    fault.startsWith(path),
  );
}

describe('the walls of the house', () => {
  it('are passed by no import', () => {
    expect(faultsOf(files)).toEqual([]);
  });

  it('keep the environment in one place', () => {
    expect(environmentReaders(files)).toEqual([]);
  });

  it('leave time, timers and chance outside of the core', () => {
    expect(impurities(files)).toEqual([]);
    expect(impurities([{ path: 'core/x.ts', text: 'const now = Date.now();' }])).toHaveLength(1);
  });

  it('are walked whole', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(files.flatMap((file) => importsOf(file)).length).toBeGreaterThan(300);
  });

  it.each([
    ['core/call/call.ts', "import { X } from '../../calls/call-view.js';", 'calls/call-view.ts'],
    ['core/clock.ts', "import { readFileSync } from 'node:fs';", 'node:fs'],
    ['core/clock.ts', "import type { Injectable } from '@nestjs/common';", '@nestjs/common'],
    ['protocol/decoding.ts', "import { X } from '../core/errors.js';", 'core/errors.ts'],
    [
      'calls/admission.ts',
      "import { X } from '../media-stream/live-sessions.js';",
      'media-stream/live-sessions.ts',
    ],
    ['calls/admission.ts', "import { X } from '../protocol/decoding.js';", 'protocol/decoding.ts'],
    ['calls/admission.ts', "import twilio from 'twilio';", 'twilio'],
    ['calls/admission.ts', "export { WebSocket } from 'ws';", 'ws'],
    ['tools/tool-registry.ts', "const x = await import('../agent/initiation.js');", 'agent/initiation.ts'],
    ['app.module.ts', "import { X } from './simulators/twilio/sid.js';", 'simulators/twilio/sid.ts'],
    ['simulators/twilio/sid.ts', "import { X } from '../../config/environment.js';", 'config/environment.ts'],
    ['simulators/twilio/sid.ts', "import { X } from '../../core/call/call.js';", 'core/call/call.ts'],
    ['invoices/invoice.ts', "import { X } from '../core/call/call.js';", 'core/call/call.ts'],
  ])('stop %s with %s', (path, text, imported) => {
    expect(houseWith(path, text)).toEqual([
      expect.stringContaining(`${path} → ${imported}: not allowed, because `),
    ]);
  });

  it('see the environment being read, and not being written about', () => {
    const reader: SourceFile = { path: 'ops/x.ts', text: "const level = process.env['LOG_LEVEL'];" };
    const writer: SourceFile = { path: 'ops/y.ts', text: '/** Reads `process.env`. */\n// process.env' };
    expect(environmentReaders([reader, writer])).toHaveLength(1);
  });
});
