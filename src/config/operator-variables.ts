/**
 * Variables of persons and calls under way: to whom calls may be handed, and who listens in.
 */
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import { Transform } from 'class-transformer';
import { RecordVariables } from './record-variables.js';
import { flag, integer } from './transforms.js';
import { AreTransferTargets, transferTargets, type TransferTarget } from './transfer-targets.js';
import { Variable } from './variable.js';

export class OperatorVariables extends RecordVariables {
  @Variable({
    group: 'Operator',
    about:
      'Persons to whom an agent may hand a call with transfer_call, by name. Unset: agents hand calls to nobody.',
    example: 'sales=+14155550177,support=+14155550178',
  })
  @IsOptional()
  @Transform(transferTargets)
  @AreTransferTargets()
  TRANSFER_TARGETS?: TransferTarget[];

  @Variable({
    group: 'Operator',
    about:
      'Whether an agent may hand a call to any number that may be dialled, and not only to those of TRANSFER_TARGETS: true or false. A caller could talk an agent into dialling.',
  })
  @Transform(flag)
  @IsBoolean({ message: 'expected true or false' })
  TRANSFER_ANY_NUMBER: boolean = false;

  @Variable({
    group: 'Operator',
    about: 'Seconds a person is rung before the caller is given back to the agent.',
  })
  @Transform(integer)
  @IsInt()
  @Min(5)
  @Max(120)
  TRANSFER_RING_SECONDS: number = 25;

  @Variable({
    group: 'Operator',
    about: 'Who may listen in at once, to all calls of this process; 0: nobody.',
  })
  @Transform(integer)
  @IsInt()
  @Min(0)
  @Max(100)
  MAX_LISTENERS: number = 10;
}
