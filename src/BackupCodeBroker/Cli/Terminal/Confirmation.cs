namespace BackupCodeBroker.Cli.Terminal;

/// <summary>The question before something that is done to many. Where nobody sits at a terminal it has to be answered beforehand, by <c>--yes</c>.</summary>
internal static class Confirmation
{
    /// <summary>Asks; the outcome where it is not given, null where it is.</summary>
    public static Outcome? Ask(CliContext context, string question, bool yes)
    {
        if (yes)
        {
            return null;
        }

        var surroundings = context.Surroundings;
        if (surroundings.ReadKey is null)
        {
            return Outcome.Failed(ExitCode.Usage, context.Problem("not-confirmed", "nobody can be asked here: look at it first, then say --yes"));
        }

        surroundings.Error.Write(Screen.Clean(question) + " [y/N] ");
        surroundings.Error.Flush();
        return surroundings.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES"
            ? null
            : Outcome.Failed(ExitCode.Usage, context.Problem("not-confirmed", "nothing was changed"));
    }

    /// <summary>What is asked about, on standard error, for those who are asked.</summary>
    public static Screen Shown(CliContext context) =>
        new(context.Surroundings.Error, context.Surroundings.ErrorIsTerminal, context.Surroundings.Variable);
}
