using System.Buffers.Binary;
using System.Text;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Core.Hashing;

/// <summary>What a hash is bound to besides the secret: a hash moved to another identity, generation, epoch or selector verifies nothing.</summary>
/// <param name="Identity">Whose code it is.</param>
/// <param name="Generation">Which code set.</param>
/// <param name="Epoch">The deployment's epoch at issue.</param>
public sealed record CodeBinding(string Identity, int Generation, int Epoch)
{
    private static readonly byte[] Domain = "bcb/code/1\0"u8.ToArray();

    /// <summary>The message that is hashed; the caller zeroes it.</summary>
    internal byte[] Message(BackupCode code)
    {
        var identity = Encoding.UTF8.GetByteCount(Identity);
        var message = GC.AllocateArray<byte>(Domain.Length + 2 + identity + 8 + code.Selector.Length + code.Secret.Length, pinned: true);
        var rest = message.AsSpan();
        Domain.CopyTo(rest);
        rest = rest[Domain.Length..];
        BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)identity));
        Encoding.UTF8.GetBytes(Identity, rest[2..]);
        rest = rest[(2 + identity)..];
        BinaryPrimitives.WriteInt32BigEndian(rest, Generation);
        BinaryPrimitives.WriteInt32BigEndian(rest[4..], Epoch);
        Encoding.ASCII.GetBytes(code.Selector, rest[8..]);
        code.Secret.CopyTo(rest[(8 + code.Selector.Length)..]);
        return message;
    }
}
