using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Wrapping;

/// <summary>What stands in a wrapped answer's place.</summary>
internal sealed record WrapInfo(string Token, string Accessor, TimeSpan Ttl, Instant CreationTime, string CreationPath, string WrappedAccessor);

/// <summary>What a wrapping token holds: the finished answer, as its recipient will see it.</summary>
internal sealed record WrappedResponse(int Status, byte[] Body, TimeSpan Ttl, Instant CreationTime, string CreationPath);
