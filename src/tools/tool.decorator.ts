/**
 * How a tool is written: a class that extends `CallTool`, labelled with `@Tool`, listed among the providers of any module.
 */
import { Injectable } from '@nestjs/common';
import type { ToolContext } from '../core/tool/tool.js';

export abstract class CallTool<Input extends object = object> {
  /**
   * Does the work. The input has been checked against its class. What is returned is handed to the agent, as it is when it is
   * a string and as JSON otherwise; what is thrown becomes words for the agent: a `ToolFailure` its own, anything else
   * general ones.
   */
  abstract run(input: Input, context: ToolContext): unknown;
}

/** A failure whose words are meant for the agent. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** A tool that takes no arguments. */
export class NoInput {}

export interface ToolOptions<Input extends object = object> {
  /** As the agent calls it: letters, digits, `_` and `-`, at most 64 (ElevenLabs' rule). */
  readonly name: string;
  /** When the agent should call it, and what it gets: this text drives the model. */
  readonly description: string;
  /** Class of the arguments, with rules of class-validator. Default: `NoInput`. */
  readonly input?: new () => Input;
  /** Milliseconds after which the agent is told that the tool took too long. Default 15,000; ElevenLabs waits 20 s by default. */
  readonly timeoutMs?: number;
  /** Whether the agent waits for the result. Default true (ElevenLabs' own default is false). */
  readonly expectsResponse?: boolean;
}

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
