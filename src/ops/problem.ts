/**
 * RFC 9457: the form of every error answer, and the decorator that puts it into the OpenAPI document.
 */
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERRORS, type CordboardError, type ErrorCode, type FieldFault } from '../core/errors.js';

export class FieldProblem {
  @ApiProperty({ description: 'Path of the field.', example: 'to' })
  field!: string;
  @ApiProperty({
    description: 'What is wrong and how to mend it.',
    example: 'expected a number like +14155550123',
  })
  message!: string;
}

export class Problem {
  @ApiProperty({ example: 'urn:cordboard:error:bad-input' })
  type!: string;
  @ApiProperty({ example: ERRORS['bad-input'].title })
  title!: string;
  @ApiProperty({ example: 400 })
  status!: number;
  @ApiProperty({ description: 'What happened this time.' })
  detail!: string;
  @ApiProperty({ description: 'Stable code of the error.', enum: Object.keys(ERRORS) })
  code!: ErrorCode;
  @ApiProperty({
    description: 'For bad input: each field and its fault.',
    type: [FieldProblem],
    required: false,
  })
  errors?: readonly FieldFault[];
}

export function problemOf(error: CordboardError): Problem & Readonly<Record<string, unknown>> {
  const { status, title } = ERRORS[error.code];
  return {
    type: `urn:cordboard:error:${error.code}`,
    title,
    status,
    detail: error.detail,
    code: error.code,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    ...error.members,
  };
}

/** Documents the error answers of a route. */
export function ApiProblems(...codes: readonly ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = groupByStatus(codes);
  return applyDecorators(
    ApiExtraModels(Problem),
    ...[...byStatus].map(([status, same]) =>
      ApiResponse({
        status,
        description: same.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join(' '),
        content: {
          'application/problem+json': {
            schema: { $ref: getSchemaPath(Problem) },
            examples: Object.fromEntries(
              same.map((code) => [
                code,
                {
                  value: {
                    type: `urn:cordboard:error:${code}`,
                    title: ERRORS[code].title,
                    status,
                    detail: ERRORS[code].title,
                    code,
                  },
                },
              ]),
            ),
          },
        },
      }),
    ),
  );
}

function groupByStatus(codes: readonly ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes)
    groups.set(ERRORS[code].status, [...(groups.get(ERRORS[code].status) ?? []), code]);
  return groups;
}
