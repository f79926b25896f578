using BackupCodeBroker.Core.Codes;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>What holds for every code and every text.</summary>
public sealed class CodeFormatTests
{
    private static readonly string[] Separators = ["", "-", " ", "\t", "--", " - ", "\u00a0", "\u2013", "\u2212"];

    private static readonly Gen<CodeKind> Kind = Gen.OneOf(CodeKind.Machine, CodeKind.Printable);

    private static readonly Gen<string> NearlyCode = Gen.OneOf(
        Gen.String,
        Gen.OneOf([.. ReferenceCode.Alphabet, 'o', 'i', 'l', 'u', '-', ' ', '\n', '\0', '\u2013', '\ud800', '\uffff']).Array[0, 140].Select(c => new string(c)),
        Gen.OneOf([.. ReferenceCode.Alphabet]).Array[24, 40].Select(c => "BCB1" + new string(c)));

    [Fact]
    public void What_is_written_is_read_as_the_same_code() =>
        Gen.Select(Kind, Gen.Int).Sample((kind, seed) =>
        {
            using var code = BackupCode.Create(kind, Plain.Entropy(seed));
            var text = Plain.Of(code);
            using var read = Plain.Code(text);
            Assert.Equal((kind, code.Selector, text), (read.Kind, read.Selector, Plain.Of(read)));
            Assert.Equal(kind == CodeKind.Machine ? 46 : 34, text.Length);
            Assert.Equal(text.Split('-')[1], code.Selector);
        });

    [Fact]
    public void However_it_is_typed_it_is_the_same_code() =>
        Gen.Select(Kind, Gen.Int, Gen.Int[0, Separators.Length - 1].Array[50], Gen.Int[0, 3].Array[50]).Sample((kind, seed, separators, spellings) =>
        {
            using var code = BackupCode.Create(kind, Plain.Entropy(seed));
            var text = Plain.Of(code);
            var typed = string.Concat(text.Select((c, i) => c == '-' ? Separators[separators[i]] : Spelled(c, spellings[i])));
            using var read = Plain.Code(typed);
            Assert.Equal(text, Plain.Of(read));
        });

    [Fact]
    [Trait("Requirement", "R-02")]
    public void A_code_is_found_in_whatever_text_it_was_put() =>
        Gen.Select(Kind, Gen.Int, Gen.Int[0, Separators.Length - 1].Array[50], Gen.String[0, 20], Gen.String[0, 20]).Sample((kind, seed, separators, before, after) =>
        {
            using var code = BackupCode.Create(kind, Plain.Entropy(seed));
            var text = Plain.Of(code);
            var typed = string.Concat(text.Select((c, i) => c == '-' ? Separators[separators[i]] : c.ToString()));
            Assert.True(BackupCode.IsWithin(before + typed + after));
            Assert.False(BackupCode.IsWithin(before + typed[..(typed.Length / 2)]));
        });

    [Theory]
    [InlineData("bcb1")]
    [InlineData("bcb1 is what codes begin with")]
    [InlineData("BCB1-00000-00000-00000-00000-00000-00000-00001")]
    [InlineData("team-a.bcb1-build-bot")]
    public void What_only_resembles_one_is_none(string text) => Assert.False(BackupCode.IsWithin(text));

    [Fact]
    public void No_text_makes_the_reader_throw() =>
        NearlyCode.Sample(text => BackupCode.Parse(text) is BackupCodeParse.Parsed or BackupCodeParse.Malformed, iter: 20_000);

    [Theory]
    [InlineData(129, CodeFlaw.TooLong)]
    [InlineData(10_000_000, CodeFlaw.TooLong)]
    [InlineData(128, CodeFlaw.Length)]
    public void A_huge_text_is_not_looked_at(int length, CodeFlaw flaw) =>
        Assert.Equal(new BackupCodeParse.Malformed(flaw), BackupCode.Parse(new string('0', length)));

    [Theory]
    [InlineData(CodeKind.Machine, 26, 128)]
    [InlineData(CodeKind.Printable, 16, 80)]
    [Trait("Requirement", "R-01")]
    public void A_secret_is_as_long_as_it_must_be(CodeKind kind, int symbols, int bits)
    {
        Assert.Equal(symbols, kind.SecretLength());
        Assert.True(5 * symbols >= bits);
        Assert.True(5 * ActivationSecret.Length >= 128);
        // Selector and secret come from entropy, byte by byte, and nothing else does.
        var asked = 0;
        using var code = BackupCode.Create(kind, destination => asked += destination.Length);
        Assert.Equal(BackupCode.SelectorLength + symbols, asked);
    }

    [Theory]
    [InlineData(CodeKind.Machine)]
    [InlineData(CodeKind.Printable)]
    [Trait("Requirement", "R-01")]
    public void Each_bit_of_a_secret_is_one_bit_of_entropy(CodeKind kind)
    {
        using var zero = BackupCode.Create(kind, Plain.Entropy([0]));
        for (var at = 0; at < BackupCode.SelectorLength + kind.SecretLength(); at++)
        {
            var texts = new HashSet<string>(StringComparer.Ordinal);
            for (var value = 0; value < 256; value++)
            {
                using var code = BackupCode.Create(kind, destination => destination[at] = (byte)value);
                texts.Add(Plain.Of(code));
            }

            Assert.Equal(32, texts.Count);
            Assert.Contains(Plain.Of(zero), texts);
        }
    }

    [Fact]
    [Trait("Requirement", "R-01")]
    public void Symbols_are_spread_evenly()
    {
        var counts = new int[32];
        var fill = Plain.Entropy(63);
        const int codes = 4_000;
        for (var i = 0; i < codes; i++)
        {
            using var code = BackupCode.Create(CodeKind.Machine, fill);
            foreach (var symbol in ReferenceCode.Symbols(Plain.Of(code)).AsSpan(9, 26))
            {
                counts[symbol]++;
            }
        }

        var expected = codes * 26 / 32.0;
        var chiSquare = counts.Sum(n => (n - expected) * (n - expected) / expected);
        // 31 degrees of freedom: 61.1 is passed once in a thousand; the entropy is seeded, so this either holds or does not.
        Assert.InRange(chiSquare, 0, 61.1);
    }

    [Fact]
    public void A_disposed_code_is_zeroed()
    {
        var code = BackupCode.Create(CodeKind.Machine, Plain.Entropy(1));
        code.Dispose();
        Assert.All(ReferenceCode.Symbols(Plain.Of(code)).Skip(4), symbol => Assert.Equal(0, symbol));
    }

    [Fact]
    public void An_activation_secret_is_read_as_it_is_written() =>
        Gen.Int.Sample(seed =>
        {
            using var secret = ActivationSecret.Create(Plain.Entropy(seed));
            var text = Plain.Of(secret);
            using var read = ActivationSecret.TryParse(text.ToLowerInvariant());
            Assert.Equal(text, Plain.Of(read!));
            Assert.Null(ActivationSecret.TryParse(text.AsSpan(1)));
            Assert.Null(ActivationSecret.TryParse(text + "0"));
            Assert.Null(ActivationSecret.TryParse("U" + text[1..]));
        });

    [Theory]
    [InlineData("machine", CodeKind.Machine)]
    [InlineData("printable", CodeKind.Printable)]
    [InlineData("Machine", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_kind_has_one_name(string? name, CodeKind? kind)
    {
        Assert.Equal(kind, CodeKinds.Named(name));
        Assert.True(kind is null || kind.Value.Name() == name);
    }

    private static string Spelled(char c, int how) => (c, how) switch
    {
        ('0', 1) => "O",
        ('0', 2) => "o",
        ('1', 1) => "I",
        ('1', 2) => "l",
        ('1', 3) => "L",
        (_, > 1) => char.ToLowerInvariant(c).ToString(),
        _ => c.ToString(),
    };
}
