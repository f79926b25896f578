namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>The people of most tests, each with the least that their part needs.</summary>
/// <param name="Team">Registers, sees and ends what begins with <c>team-a.</c>, lists, and reports leaks.</param>
/// <param name="Owner">Has codes made for what their entity owns, and receives them.</param>
/// <param name="Verifier">Consumes, and is told nothing.</param>
/// <param name="Desk">Consumes and drills, and is told why not.</param>
internal sealed record Cast(Person Team, Person Owner, Person Verifier, Person Desk)
{
    public static async Task<Cast> OfAsync(BrokerEnvironment environment) => new(
        await environment.HolderAsync("team", "register/team-a.*", "status/team-a.*", "revoke/team-a.*", "list", "leaks"),
        await environment.OwnerAsync(),
        await environment.HolderAsync("verifier", "consume/*"),
        await environment.HolderAsync("desk", "consume/*", "status/*", "drill/*"));
}

/// <summary>A registered identity whose codes were received.</summary>
/// <param name="Identity">Its name.</param>
/// <param name="Payload">What was in the wrap.</param>
internal sealed record Holding(string Identity, Payload Payload)
{
    public string Code(int index = 0) => Payload.Codes[index];
}
