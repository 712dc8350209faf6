-- What a person does in one buffer. Prints one line for each thing that worked; ends with an error on the first that did not.
local common = dofile(vim.env.COMMON)
local fail, wait, codes = common.fail, common.wait, common.codes

local function has(text)
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n'):find(text, 1, true) ~= nil
end

local function choose(title)
  vim.ui.select = function(items, _, done)
    for index, item in ipairs(items) do
      local action = item.action or item[2]
      if action.title:find(title, 1, true) then
        return done(item, index)
      end
    end
    fail('no action ' .. title .. ' among ' .. vim.inspect(items))
  end
end

vim.cmd('edit app.py')
vim.bo.filetype = 'python'
local buffer = vim.api.nvim_get_current_buf()
local client = common.start()

local function ask(method, params)
  if vim.fn.has('nvim-0.11') == 1 then
    return client:request_sync(method, params, 30000, buffer)
  end
  return client.request_sync(method, params, 30000, buffer)
end

wait('diagnostics', function() return codes(buffer) == 'REL101 REL102 REL301' end)

choose('(REL102): Add `timeout=10` (unsafe)')
vim.api.nvim_win_set_cursor(0, { 6, 0 })
vim.lsp.buf.code_action()
wait('quick fix', function() return has("smtplib.SMTP('漢字', timeout=10)") end)
wait('diagnostics after it', function() return codes(buffer) == 'REL101 REL301' end)

choose('(REL101): Ignore on this line')
vim.api.nvim_win_set_cursor(0, { 7, 4 })
vim.lsp.buf.code_action()
wait('ignore', function() return has('# relint: ignore[REL101] <why this is right here>') end)
wait('diagnostics after that', function() return codes(buffer) == 'REL301' end)

local function floats(text)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
    if vim.api.nvim_win_get_config(window).relative ~= '' and table.concat(lines, '\n'):find(text, 1, true) then
      return true
    end
  end
  return false
end

vim.api.nvim_win_set_cursor(0, { 11, 6 })
vim.lsp.buf.hover()
wait('hover', function() return floats('dangling-task (REL301)') end)

-- Fix on save, with an edit that the server has not heard of yet: Neovim sends it first, if the buffer is named by its
-- number (for 0 it does not).
vim.api.nvim_create_autocmd('BufWritePre', {
  buffer = buffer,
  callback = function()
    local params = vim.lsp.util.make_range_params(0, client.offset_encoding)
    params.context = { only = { 'source.fixAll.relint' }, diagnostics = {} }
    local answer = ask('textDocument/codeAction', params)
    for _, action in ipairs(answer and answer.result or {}) do
      if not action.edit then
        action = ask('codeAction/resolve', action).result
      end
      if action.edit then
        vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
      end
    end
  end,
})
vim.api.nvim_buf_set_lines(0, -1, -1, false, { '', '', 'async def more():', '    asyncio.create_task(main())' })
vim.cmd('write')
wait('fix on save', function() return has('background_tasks.discard') and not has('    asyncio.create_task(') end)
local saved = table.concat(vim.fn.readfile('app.py'), '\n')
if not saved:find('background_tasks.discard', 1, true) then fail('the fix was not saved: ' .. saved) end
wait('clean', function() return codes(buffer) == '' end)
print('done')
vim.cmd('qall!')
