namespace BackupCodeBroker.Core.Codes;

/// <summary>Fills a buffer with random bytes. Core draws none itself: the caller passes the system's secure generator, a test a known one.</summary>
public delegate void EntropyFill(Span<byte> destination);
