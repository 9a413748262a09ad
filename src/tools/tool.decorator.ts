/**
 * How a tool is written: a class that extends `CallTool` or `IndependentTool`, labelled with `@Tool`, listed among the providers of
 * any module.
 */
import { Injectable } from '@nestjs/common';
import type { ToolContext, ToolScope } from '../core/tool/tool.js';
import type { ToolOptions } from './tool-options.js';

export abstract class CallTool<Input extends object = object> {
  /**
   * Does the work. The input has been checked against its class. What is returned is handed to the agent, as it is when it is
   * a string and as JSON otherwise; what is thrown becomes words for the agent: a `ToolFailure` its own, anything else
   * general ones.
   */
  abstract run(input: Input, context: ToolContext): unknown;
}

/** A tool that needs no call around it, and is therefore also offered by MCP. */
export abstract class IndependentTool<Input extends object = object> extends CallTool<Input> {
  abstract override run(input: Input, scope: ToolScope): unknown;
}

export interface ToolFailureOptions extends ErrorOptions {
  /** What the tool asks is out of order, whatever it is asked. After five of them in a row it is given a rest. */
  readonly outage?: boolean;
}

/** A failure whose words are meant for the agent. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
  readonly isOutage: boolean;

  constructor(message: string, options: ToolFailureOptions = {}) {
    super(message, options);
    this.isOutage = options.outage ?? false;
  }
}

/** A tool that takes no arguments. */
export class NoInput {}

const labels = new WeakMap<object, ToolOptions>();

type ToolClass<Input extends object> = abstract new (...args: never[]) => CallTool<Input>;

export function Tool<Input extends object = NoInput>(options: ToolOptions<Input>) {
  return (target: ToolClass<Input>): void => {
    Injectable()(target);
    labels.set(target, options);
  };
}

/** The label of a class; undefined for classes that are no tools. */
export function toolOptionsOf(target: unknown): ToolOptions | undefined {
  return typeof target === 'function' ? labels.get(target) : undefined;
}
