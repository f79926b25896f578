using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Tests.Core.Decisions;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>Whatever a careless programmer does with a holder of secrets, the secret does not come out: it is printed, serialised, logged and thrown.</summary>
[Trait("Requirement", "R-02")]
public sealed class SecretHolderTests
{
    private const string TokenText = "hvs.CAESIJ0canary0canary0canary";
    private const string SecretIdText = "7b1d9f52-canary-4e0e-8c55-6a2f0b9d4c11";

    private static readonly JsonSerializerOptions WithFields = new() { IncludeFields = true };

    public static TheoryData<string> Holders => ["code", "parsed code", "activation", "mint", "token", "secret-id"];

    [Theory]
    [MemberData(nameof(Holders))]
    public void Nothing_of_the_secret_comes_out(string holder)
    {
        var (held, secrets) = Make(holder);
        foreach (var (how, text) in Leaks(held))
        {
            foreach (var secret in secrets)
            {
                Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{how} shows the secret of a {holder}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void The_canary_is_found_where_it_is(string holder)
    {
        // The search above would find what it looks for: a wrapper that does print is caught.
        var (_, secrets) = Make(holder);
        Assert.Contains(Leaks(new Careless(secrets[0])), leak => leak.Text.Contains(secrets[0], StringComparison.Ordinal));
    }

    private static (object Held, string[] Secrets) Make(string holder)
    {
        var code = BackupCode.Create(CodeKind.Machine, Plain.Entropy(5));
        var activation = ActivationSecret.Create(Plain.Entropy(6));
        var mint = CodeMint.Make(Given.Registered, Given.Plan(Given.Registered, Given.Around, Profile.Machine), Plain.Entropy(7));
        return holder switch
        {
            "code" => (code, Parts(code)),
            "parsed code" => (BackupCode.Parse(Plain.Of(code)), Parts(code)),
            "activation" => (activation, [Plain.Of(activation)]),
            "mint" => (mint, [.. mint.Codes.SelectMany(Parts), Plain.Of(mint.Activation)]),
            "token" => (new VaultToken(TokenText), [TokenText, "canary"]),
            _ => (VaultSecretId.TryParse(SecretIdText, out _)!, [SecretIdText, "canary"]),
        };
    }

    // The whole code, the code without dashes, and each group behind the selector.
    private static string[] Parts(BackupCode code)
    {
        var text = Plain.Of(code);
        return [text, text.Replace("-", "", StringComparison.Ordinal), .. text.Split('-')[2..]];
    }

    private static IEnumerable<(string How, string Text)> Leaks(object held)
    {
        yield return ("ToString", held.ToString()!);
        yield return ("interpolation", $"{held}");
        yield return ("formatting", string.Format(CultureInfo.InvariantCulture, "{0} {0:G}", held));
        yield return ("JSON", JsonSerializer.Serialize(held, held.GetType()));
        yield return ("JSON with fields", JsonSerializer.Serialize(held, held.GetType(), WithFields));
        yield return ("an exception", new InvalidOperationException("met " + held) { Data = { ["held"] = held.ToString() } }.ToString());
        yield return ("a log line", Logged(held));
        foreach (var property in Properties(held, depth: 0))
        {
            yield return ("a property", property);
        }
    }

    private static string Logged(object held)
    {
        var lines = new Lines();
#pragma warning disable CA1848, CA2254, CA1873 // A careless log call is what is tried.
        lines.LogInformation("met {Held} and {@Held}", held, held);
#pragma warning restore CA1848, CA2254, CA1873
        return lines.Text;
    }

    // What a serialiser, a structured logger or a debugger would walk through: public properties, elements of lists.
    private static IEnumerable<string> Properties(object held, int depth)
    {
        if (depth > 3)
        {
            yield break;
        }

        foreach (var property in held.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
        {
            var value = property.GetValue(held);
            yield return value?.ToString() ?? "";
            foreach (var element in value is IEnumerable list and not string ? list.Cast<object>() : [])
            {
                yield return element.ToString()!;
                foreach (var inner in Properties(element, depth + 1))
                {
                    yield return inner;
                }
            }

            if (value is not null and not string && !value.GetType().IsPrimitive && value.GetType().Namespace!.StartsWith("BackupCodeBroker", StringComparison.Ordinal))
            {
                foreach (var inner in Properties(value, depth + 1))
                {
                    yield return inner;
                }
            }
        }
    }

    private sealed record Careless(string Secret);

    private sealed class Lines : ILogger
    {
        public string Text { get; private set; } = "";

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Text += formatter(state, exception) + string.Join(' ', (state as IEnumerable<KeyValuePair<string, object?>> ?? []).Select(p => p.Value));
    }
}
