using BackupCodeBroker.Core.Codes;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>
/// Proofs about the checksum, not samples. The codes of one length are a linear code: two of them differ by a word of it, so an error is missed
/// only where the error itself is a word. It is enough to look at all errors of few symbols; the reader agrees with the reference on what a word is.
/// </summary>
[Trait("Requirement", "R-06")]
public sealed class ChecksumTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_error_of_one_two_or_three_symbols_is_missed(bool machine)
    {
        var columns = Columns(ReferenceCode.Length(machine));
        var singles = new Dictionary<int, int>();
        for (var i = 0; i < columns.Length; i++)
        {
            for (var value = 1; value < 32; value++)
            {
                // Two places with one syndrome would be an error of two symbols that nobody sees.
                Assert.True(columns[i][value] != 0 && singles.TryAdd(columns[i][value], i));
            }
        }

        for (var i = 0; i < columns.Length; i++)
        {
            for (var j = i + 1; j < columns.Length; j++)
            {
                for (var value = 1; value < 32; value++)
                {
                    // The first error may be taken as 1: a multiple of a word is a word.
                    Assert.False(singles.TryGetValue(columns[i][1] ^ columns[j][value], out var third) && third > j);
                }
            }
        }
    }

    [Theory]
    [InlineData(CodeKind.Machine)]
    [InlineData(CodeKind.Printable)]
    public void The_reader_catches_each_pair_of_wrong_symbols_of_a_code(CodeKind kind)
    {
        using var code = BackupCode.Create(kind, Plain.Entropy(6));
        var text = Plain.Of(code).Replace("-", "", StringComparison.Ordinal).ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            var first = text[i];
            for (var a = 1; a < 32; a++)
            {
                text[i] = Other(first, a);
                AssertCaught(text);
                for (var j = i + 1; j < text.Length; j++)
                {
                    var second = text[j];
                    for (var b = 1; b < 32; b++)
                    {
                        text[j] = Other(second, b);
                        AssertCaught(text);
                    }

                    text[j] = second;
                }
            }

            text[i] = first;
        }

        Assert.IsType<BackupCodeParse.Parsed>(BackupCode.Parse(text));
    }

    [Theory]
    [InlineData(CodeKind.Machine)]
    [InlineData(CodeKind.Printable)]
    public void Every_swap_of_neighbours_is_caught(CodeKind kind) =>
        Gen.Int.Sample(
            seed =>
            {
                using var code = BackupCode.Create(kind, Plain.Entropy(seed));
                var symbols = ReferenceCode.Symbols(Plain.Of(code));
                for (var i = 0; i + 1 < symbols.Length; i++)
                {
                    if (symbols[i] != symbols[i + 1])
                    {
                        (symbols[i], symbols[i + 1]) = (symbols[i + 1], symbols[i]);
                        AssertCaught(ReferenceCode.Text(symbols));
                        (symbols[i], symbols[i + 1]) = (symbols[i + 1], symbols[i]);
                    }
                }
            },
            iter: 300);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Reader_and_reference_agree_on_what_a_code_is(bool machine)
    {
        // Random words are almost never codes, so a code is made of each as well, and one with three symbols changed.
        var body = Gen.OneOf(ReferenceCode.Alphabet.ToCharArray()).Array[machine ? 31 : 21].Select(c => new string(c));
        Gen.Select(body, Gen.Int[0, 28].Array[3], Gen.Int[1, 31].Array[3]).Sample(
            (characters, places, changes) =>
            {
                var text = ReferenceCode.Text(characters[..5], characters[5..]);
                Assert.Equal(text, Plain.Of(Plain.Code(text)));
                var symbols = ReferenceCode.Symbols(text);
                for (var i = 0; i < places.Length; i++)
                {
                    symbols[places[i]] ^= changes[i];
                }

                Assert.Equal(
                    ReferenceCode.Syndrome(symbols) == 0 && ReferenceCode.Text(symbols).StartsWith("BCB1", StringComparison.Ordinal),
                    BackupCode.Parse(ReferenceCode.Text(symbols)) is BackupCodeParse.Parsed);
            },
            iter: 2_000);
    }

    [Fact]
    public void The_field_is_a_field()
    {
        for (var a = 1; a < 32; a++)
        {
            Assert.Equal(31, Enumerable.Range(1, 31).Select(b => ReferenceCode.Multiply(a, b)).Where(product => product != 0).Distinct().Count());
        }
    }

    private static int[][] Columns(int length) =>
    [
        .. Enumerable.Range(0, length).Select(place => Enumerable.Range(0, 32).Select(value =>
        {
            var word = new int[length];
            word[place] = value;
            return ReferenceCode.Syndrome(word);
        }).ToArray()),
    ];

    private static char Other(char character, int change) =>
        ReferenceCode.Alphabet[ReferenceCode.Alphabet.IndexOf(character, StringComparison.Ordinal) ^ change];

    private static void AssertCaught(ReadOnlySpan<char> text)
    {
        if (BackupCode.Parse(text) is BackupCodeParse.Parsed)
        {
            Assert.Fail("taken for a code: " + new string(text));
        }
    }
}
