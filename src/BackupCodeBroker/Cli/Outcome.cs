using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli;

/// <summary>
/// What became of a verb, in both of its forms: one JSON document for programs and a picture for people. Verbs return it and never print
/// themselves, so <c>--json</c> is exactly one document whatever happens.
/// </summary>
/// <param name="Exit">The exit code.</param>
/// <param name="Json">The document that <c>--json</c> prints on standard output.</param>
/// <param name="Show">Draws it for people: on standard output where it is done, on standard error where it is not.</param>
internal sealed record Outcome(ExitCode Exit, JsonObject Json, Action<Screen> Show)
{
    /// <summary>Whether it is what was asked for, whatever the exit code says: the drift that a check found.</summary>
    public bool IsAnswer { get; init; } = Exit == ExitCode.Done;

    /// <summary>It is done.</summary>
    public static Outcome Done(JsonObject json, Action<Screen> show) => new(ExitCode.Done, json, show);

    /// <summary>It is not done, for that reason.</summary>
    public static Outcome Failed(ExitCode exit, Problem problem) =>
        new(exit, new JsonObject { ["error"] = problem.ToJson() }, screen => screen.Problem(exit, problem));

    /// <summary>The user's side is wrong.</summary>
    public static Outcome Usage(string detail) => Failed(ExitCode.Usage, Problem.Local("usage", detail));
}
