using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Scanning;
using Xunit;

namespace BackupCodeBroker.Tests.Scanning;

/// <summary>What is kept to be reported is bounded, and what is not kept is counted: nobody is told that everything was reported.</summary>
public sealed class FoundCodesTests
{
    [Fact]
    [Trait("Requirement", "R-46")]
    public void More_codes_than_are_kept_are_counted()
    {
        using var codes = new FoundCodes();
        for (var i = 0; i < FoundCodes.Max + 3; i++)
        {
            Add(codes, i, selector: i);
        }

        Assert.Equal((FoundCodes.Max, 3), (codes.All.Count, codes.NotKept));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void More_codes_of_one_selector_than_are_kept_are_counted_and_one_that_is_known_is_not()
    {
        using var codes = new FoundCodes();
        for (var i = 0; i < FoundCodes.MaxAlike + 2; i++)
        {
            Add(codes, i, selector: 7);
            Add(codes, 0, selector: 7);
        }

        Assert.Equal((FoundCodes.MaxAlike, 2), (codes.All.Count, codes.NotKept));
        Add(codes, 1, selector: 8);
        Assert.Equal((FoundCodes.MaxAlike + 1, 2), (codes.All.Count, codes.NotKept));
    }

    // Five bits a symbol: the selector's come first, the secret's behind them.
    private static void Add(FoundCodes codes, int secret, int selector)
    {
        using var code = BackupCode.Create(CodeKind.Machine, symbols =>
        {
            symbols.Clear();
            for (var i = 0; i < 4; i++)
            {
                (symbols[i], symbols[^(i + 1)]) = ((byte)(selector >> (5 * i) & 31), (byte)(secret >> (5 * i) & 31));
            }
        });
        codes.Add(code);
    }
}
