using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Tests.Core.Codes;
using BackupCodeBroker.Tests.Core.Decisions;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Hashing;

/// <summary>Digests are what the document says they are, and are bound to what they belong to.</summary>
[Trait("Requirement", "R-03")]
public sealed class CodeHasherTests
{
    private const string MachineText = "BCB1-7QK2M-9XJ4T-0WN6B-Z1PVH-R8DYC-5EGFA-3GP5S";
    private const string PrintableText = "BCB1-K3TX9-4HQZ0-M1WB7-RD5NY-EZ0FN";

    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly CodeBinding Binding = new("team-a.build", 3, 2);

    [Fact]
    public void HMAC_is_HMAC_over_the_bound_message() =>
        Assert.Equal(HMACSHA256.HashData(Salt, Message(MachineText, "team-a.build", 3, 2)), Digest(MachineText, Binding, HashScheme.MachineDefault));

    [Fact]
    public void PBKDF2_is_PBKDF2_over_the_bound_message() =>
        Assert.Equal(
            Pbkdf2(Message(PrintableText, "team-a.build", 3, 2), Salt, 1_000),
            Digest(PrintableText, Binding, new HashScheme(HashScheme.Pbkdf2Sha256, 1_000, true)));

    // Fixed for good: documents in Vault hold digests like these.
    [Theory]
    [InlineData(MachineText, HashScheme.HmacSha256, 0, "27a86018a803691e2e5172988b0c1a817d7a41144150a6fce3af6b4a363ff5eb")]
    [InlineData(PrintableText, HashScheme.HmacSha256, 0, "3d4a8b0d42d0e235ecc2f170beb5bffbf40f5f32235af5ab868a4819c1f704a5")]
    [InlineData(PrintableText, HashScheme.Pbkdf2Sha256, 1_000, "adc763c27969a0cd47da66297fd73d98762450d475f40820635ca26291274664")]
    public void Digests_never_change(string text, string scheme, int cost, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(Digest(text, Binding, new HashScheme(scheme, cost, false))));

    [Fact]
    public void A_digest_moved_elsewhere_verifies_nothing()
    {
        var own = Digest(MachineText, Binding, HashScheme.MachineDefault);
        CodeBinding[] others = [Binding with { Identity = "team-a.buil" }, Binding with { Identity = "team-a.built" }, Binding with { Generation = 2 }, Binding with { Epoch = 3 }];
        Assert.All(others, other => Assert.False(CodeHasher.Matches(own, Digest(MachineText, other, HashScheme.MachineDefault))));
        using var code = Plain.Code(MachineText);
        using var sameSecret = Plain.Code(ReferenceCode.Text("7QK2N", "9XJ4T0WN6BZ1PVHR8DYC5EGFA3"));
        Assert.False(CodeHasher.Matches(own, CodeHasher.Digest(sameSecret, Binding, HashScheme.MachineDefault, Salt)));
        byte[] otherSalt = [.. Salt.Reverse()];
        Assert.False(CodeHasher.Matches(own, CodeHasher.Digest(code, Binding, HashScheme.MachineDefault, otherSalt)));
        Assert.True(CodeHasher.Matches(own, CodeHasher.Digest(code, Binding, HashScheme.MachineDefault, Salt)));
    }

    [Fact]
    public void Generation_and_epoch_do_not_run_into_each_other() =>
        Assert.NotEqual(
            Digest(MachineText, Binding with { Generation = 1, Epoch = 2 }, HashScheme.MachineDefault),
            Digest(MachineText, Binding with { Generation = 2, Epoch = 1 }, HashScheme.MachineDefault));

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Digests_of_another_length_do_not_match(int length) => Assert.False(CodeHasher.Matches(new byte[32], new byte[length]));

    [Fact]
    public void An_unknown_scheme_is_not_guessed_at()
    {
        Assert.False(HashScheme.IsKnown("sha1"));
        Assert.Throws<NotSupportedException>(() => Digest(MachineText, Binding, new HashScheme("sha1", 0, false)));
    }

    [Fact]
    public void A_hash_of_another_cost_than_todays_still_verifies()
    {
        var old = new HashScheme(HashScheme.Pbkdf2Sha256, 1_000, false);
        Assert.NotEqual(HashScheme.DefaultIterations, old.Iterations);
        var issued = Given.Active(Profile.Printable with { Count = 2, Scheme = old });
        var material = CodeMaterial.For(issued.Document, issued.Mint.Codes[0]);
        Assert.Equal(old, material.Scheme);
        Assert.True(Given.Verifies(issued.Document, issued.Mint.Codes[0]));
        Assert.False(Given.Verifies(issued.Document, Plain.Guess(issued.Mint.Codes[0], 3)));
    }

    [Fact]
    public void A_machine_hash_under_the_other_scheme_still_verifies()
    {
        var issued = Given.Active(Profile.Machine with { Count = 2, Scheme = new HashScheme(HashScheme.Pbkdf2Sha256, 1_000, false) });
        Assert.True(Given.Verifies(issued.Document, issued.Mint.Codes[1]));
    }

    [Fact]
    public void The_pepper_version_of_the_stored_hash_is_what_is_asked_for()
    {
        var issued = Given.Active();
        var document = issued.Document.WithActive(s => s.WithCode(issued.Selector(), c => c with { Pepper = 3 }));
        var material = CodeMaterial.For(document, issued.Mint.Codes[0]);
        Assert.Equal((true, 3), (material.Scheme.Peppered, material.PepperVersion));
    }

    [Theory]
    [InlineData(CodeKind.Machine)]
    [InlineData(CodeKind.Printable)]
    [Trait("Requirement", "R-05")]
    public void For_an_unknown_selector_the_work_is_that_of_the_codes_kind_and_nothing_verifies(CodeKind kind)
    {
        using var code = BackupCode.Create(kind, Plain.Entropy(9));
        var material = CodeMaterial.For(Given.Registered, code);
        Assert.Equal(kind == CodeKind.Machine ? HashScheme.MachineDefault : HashScheme.PrintableDefault, material.Scheme);
        Assert.Equal(16, Convert.FromBase64String(material.Salt).Length);
        Assert.False(material.Verifies(CodeHasher.Digest(code, material.Binding, material.Scheme with { Iterations = 1_000 }, Salt)));
        Assert.False(material.Verifies(new byte[CodeHasher.DigestLength]));
        Assert.False(material.Verifies([]));
    }

    [Fact]
    [Trait("Requirement", "R-05")]
    public void A_code_that_is_nobodys_costs_as_much_as_the_costliest_scheme_of_its_kind()
    {
        var costliest = StandInSchemes.Costliest([HashScheme.MachineDefault, new HashScheme(HashScheme.Pbkdf2Sha256, 20_000, Peppered: false), new HashScheme(HashScheme.HmacSha256, 0, Peppered: true)]);
        Assert.Equal(new HashScheme(HashScheme.Pbkdf2Sha256, 20_000, Peppered: true), costliest);
        Assert.Equal(HashScheme.MachineDefault, StandInSchemes.Costliest([HashScheme.MachineDefault]));
        using var code = BackupCode.Create(CodeKind.Machine, span => span.Fill(7));
        Assert.Equal(costliest, CodeMaterial.For(Given.Registered, code, new StandInSchemes(costliest, HashScheme.PrintableDefault)).Scheme);
    }

    [Fact]
    [Trait("Requirement", "R-05")]
    public void A_code_of_the_other_kind_with_a_known_selector_verifies_nothing()
    {
        var issued = Given.Active();
        using var printable = Plain.Code(ReferenceCode.Text(issued.Selector(), "4HQZ0M1WB7RD5NYE"));
        var material = CodeMaterial.For(issued.Document, printable);
        Assert.Equal((HashScheme.PrintableDefault, ""), (material.Scheme, material.Hash));
    }

    private static byte[] Digest(string text, CodeBinding binding, HashScheme scheme)
    {
        using var code = Plain.Code(text);
        return CodeHasher.Digest(code, binding, scheme, Salt);
    }

    // The message as src/docs/code-format.md writes it down.
    private static byte[] Message(string text, string identity, int generation, int epoch)
    {
        var characters = text.Replace("-", "", StringComparison.Ordinal);
        var numbers = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(numbers, generation);
        BinaryPrimitives.WriteInt32BigEndian(numbers.AsSpan(4), epoch);
        return
        [
            .. "bcb/code/1\0"u8, 0, (byte)identity.Length, .. Encoding.ASCII.GetBytes(identity), .. numbers,
            .. Encoding.ASCII.GetBytes(characters[4..9]), .. characters[9..^4].Select(c => (byte)ReferenceCode.Alphabet.IndexOf(c, StringComparison.Ordinal)),
        ];
    }

    // RFC 8018 by hand: the first block is all that 32 bytes need.
    private static byte[] Pbkdf2(byte[] password, byte[] salt, int rounds)
    {
        byte[] first = [.. salt, 0, 0, 0, 1];
        var last = HMACSHA256.HashData(password, first);
        var sum = last.ToArray();
        for (var i = 1; i < rounds; i++)
        {
            last = HMACSHA256.HashData(password, last);
            for (var j = 0; j < sum.Length; j++)
            {
                sum[j] ^= last[j];
            }
        }

        return sum;
    }
}
