namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// That a code of the identity was found to work, the whole way that a use takes: a drill, or a use itself, which proves as much. It says nothing of other
/// generations: codes that were issued since are unproven, whatever was known of those before.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Generation">Whose code it was.</param>
/// <param name="Operation">What found it: <c>drill</c>, <c>consume</c> or <c>recover</c>.</param>
/// <param name="OperationId">Id of that operation.</param>
/// <param name="By">Who asked for it.</param>
public sealed record Proof(DateTimeOffset At, int Generation, string Operation, string OperationId, Actor By);
