namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Vault groups, as an administrator makes them.</summary>
internal static class Groups
{
    /// <summary>A group of these people; its id.</summary>
    public static Task<string> GroupAsync(this BrokerEnvironment environment, params Person[] members) =>
        MakeAsync(environment, new { name = Name(), member_entity_ids = members.Select(m => m.EntityId).ToArray() });

    /// <summary>A group of other groups; its id.</summary>
    public static Task<string> GroupOfGroupsAsync(this BrokerEnvironment environment, params string[] members) =>
        MakeAsync(environment, new { name = Name(), member_group_ids = members });

    /// <summary>Says who is in a group.</summary>
    public static Task MembersAsync(this BrokerEnvironment environment, string group, params Person[] members) =>
        environment.Root.PostAsync("identity/group/id/" + group, new { member_entity_ids = members.Select(m => m.EntityId).ToArray() });

    private static string Name() => "g-" + Guid.NewGuid().ToString("n")[..12];

    private static async Task<string> MakeAsync(BrokerEnvironment environment, object body) =>
        (await environment.Root.PostAsync("identity/group", body)).GetProperty("data").GetProperty("id").GetString()!;
}
