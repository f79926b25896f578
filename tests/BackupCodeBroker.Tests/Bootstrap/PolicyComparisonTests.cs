using BackupCodeBroker.Bootstrap;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

public sealed class PolicyComparisonTests
{
    private const string Wanted = """
        path "a/*" {
          capabilities = ["read", "update"]
        }
        path "b" {
          capabilities        = ["update"]
          required_parameters = ["x"]
          allowed_parameters  = { "x" = ["1", "2"] }
          max_wrapping_ttl    = "1h"
        }
        """;

    [Theory]
    [InlineData("""path "b" { required_parameters=["x"] capabilities=["update"] max_wrapping_ttl="3600s" allowed_parameters={"x"=["2","1"]} } path "a/*" { capabilities = ["update","read"] } # reordered""")]
    [InlineData("""{"path":{"a/*":{"capabilities":["read","update"]},"b":{"capabilities":["update"],"required_parameters":["x"],"allowed_parameters":{"x":["1","2"]},"max_wrapping_ttl":"1h"}}}""")]
    public void Layout_order_and_notation_do_not_matter(string actual) => Assert.IsType<Reading.AsDesired>(PolicyComparison.Judge("p", Wanted, actual));

    [Fact]
    public void Comments_do_not_matter() => Assert.IsType<Reading.AsDesired>(PolicyComparison.Judge("p", Wanted, "# ours\r\n" + Wanted));

    [Theory]
    [InlineData("\npath \"c\" { capabilities = [\"read\"] }", "grants beyond the shipped one: c", true)]
    [InlineData("\npath \"a/*\" { capabilities = [\"sudo\"] }", "is otherwise at: a/*", true)]
    [InlineData("\npath \"a/*\" { capabilities = [\"deny\"] }", "is otherwise at: a/*", false)]
    [InlineData("\npath \"c\" { capabilities = [\"deny\"] }", "denies besides: c", false)]
    [InlineData("\npath \"b\" { capabilities = [\"update\"] }", "is otherwise at: b", true)]
    public void What_was_added_is_named_by_its_path(string added, string how, bool widened) => AssertDiffers(Wanted + added, how, widened);

    [Theory]
    [InlineData("\"read\", ", "", "is otherwise at: a/*", false)]
    [InlineData("  required_parameters = [\"x\"]\n", "", "is otherwise at: b", true)]
    [InlineData("\"1\", \"2\"", "\"1\"", "is otherwise at: b", true)]
    [InlineData("\"1h\"", "\"2h\"", "is otherwise at: b", true)]
    [InlineData("path \"b\"", "path \"bb\"", "grants beyond the shipped one: bb; lacks: b", true)]
    [InlineData("path", "pat", "cannot be read", true)]
    [InlineData("  max_wrapping_ttl", "  mfa_methods = [\"m\"]\n  max_wrapping_ttl", "approvals or MFA", false)]
    public void What_was_changed_is_named_by_its_path(string text, string with, string how, bool widened)
    {
        var wanted = Wanted.ReplaceLineEndings("\n");
        Assert.Contains(text, wanted, StringComparison.Ordinal);
        AssertDiffers(wanted.Replace(text, with, StringComparison.Ordinal), how, widened);
    }

    private static void AssertDiffers(string actual, string how, bool widened)
    {
        var differs = Assert.IsType<Reading.Differs>(PolicyComparison.Judge("p", Wanted, actual));
        Assert.Contains(how, differs.How, StringComparison.Ordinal);
        Assert.Equal(widened, differs.Widened);
    }
}
