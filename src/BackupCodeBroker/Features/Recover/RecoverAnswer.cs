using BackupCodeBroker.Api;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Recover;

/// <summary>A code was spent for a credential; this is the way to it.</summary>
internal sealed record RecoverAnswer : ApiAnswer
{
    /// <summary>Whose code it was.</summary>
    public required string Identity { get; init; }

    /// <summary>Code set.</summary>
    public required int Generation { get; init; }

    /// <summary>When it was spent.</summary>
    public required DateTimeOffset ConsumedAt { get; init; }

    /// <summary>Codes left.</summary>
    public required int Remaining { get; init; }

    /// <summary><c>claim-new-codes</c>; <c>few-codes-left</c>, <c>last-code</c>, <c>expires-soon</c>.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What the code is worth as an authenticator.</summary>
    public required string Assurance { get; init; }

    /// <summary>What is in the wrap: <c>approle</c> (mount, role-id and secret-id) or <c>token</c>.</summary>
    public required string Form { get; init; }

    /// <summary>The wrap that carries it.</summary>
    public required WrappingAnswer Wrapping { get; init; }
}
