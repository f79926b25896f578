using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Cli.Recovering;

/// <summary>A code from the terminal or standard input, never from an argument; a typo is found before anything is sent.</summary>
internal static class CodeInput
{
    /// <summary>Asks for it, and does what is to be done with it.</summary>
    public static async Task<Outcome> AskAsync(CliContext context, Func<BackupCode, Task<Outcome>> then)
    {
        switch (new SecretPrompt(context.Surroundings).Ask("backup code", BackupCode.MaxTextLength))
        {
            case SecretInput.Missing missing:
                return Outcome.Usage(missing.Why);
            case SecretInput.Given given when BackupCode.Parse(given.Secret.Reveal()) is BackupCodeParse.Parsed parsed:
                using (parsed.Code)
                {
                    return await then(parsed.Code);
                }

            case SecretInput.Given given:
                return Outcome.Failed(ExitCode.Usage, Typo(((BackupCodeParse.Malformed)BackupCode.Parse(given.Secret.Reveal())).Flaw));
            default:
                throw new InvalidOperationException("an input of no known kind");
        }
    }

    private static Problem Typo(CodeFlaw flaw) =>
        Problem.Local("typo", $"the code {CodeFlaws.Word(flaw)}. Nothing was sent, and nothing counts as an attempt");
}
